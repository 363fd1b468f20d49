"""Runs a command of the checkout: `python -m tools.dev`, and so on. The targets of the Makefile are shorter names."""

from importlib import import_module

from embedder_cli import entry


def run(name: str, module: str) -> None:
    """Run the function `main` of a module as a command line. Ctrl-C ends it without a traceback."""

    def load() -> entry.Command:
        import typer

        app = typer.Typer(name=name, add_completion=False)
        app.command(name)(import_module(module).main)
        return app

    entry.run(load)
