from tools.command import run

run("dev", "tools.dev.cli")
