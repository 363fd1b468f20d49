from tools.command import run

run("deploy", "tools.deploy.cli")
