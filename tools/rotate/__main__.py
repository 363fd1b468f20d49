from tools.command import run

run("rotate", "tools.rotate.cli")
