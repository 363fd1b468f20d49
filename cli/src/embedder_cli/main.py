"""`embedder`: one command line. A command's module is imported when it runs, so that `--help` needs none of them."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from embedder_cli.checkout import CheckoutError

# name -> the module with its `main`, and its line in `embedder --help`
_COMMANDS = {
    "import": ("embedder_cli.importer.cli", "Embed documents and store them in the index of a service."),
    "queue": ("embedder_cli.queues.cli", "List the documents that the ingestion queue could not store."),
    "search": ("embedder_cli.search", "Search the index of a service with a text."),
    "doctor": ("embedder_cli.doctor.cli", "Check that a service answers as it must."),
    "deploy": ("embedder_cli.deploy.cli", "Deploy the Worker of this checkout, and check it."),
    "dev": ("embedder_cli.dev.cli", "Run the Worker of this checkout locally, without an account."),
}
_INSTALL = "Install embedder-cli[runtime], in the checkout: pip install './cli[runtime]'"


class _OnDemand(TyperGroup):
    """Lists commands without importing them."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Return the command to run; only here is its module imported."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, _load(str(name)), rest


app = typer.Typer(name="embedder", cls=_OnDemand, add_completion=False, no_args_is_help=True)


@app.callback()
def _about() -> None:
    """Import and search documents, check a service, run one locally, deploy it."""


def _listed() -> None:
    """Stand for a command that is not loaded yet."""


for _name, (_, _help) in _COMMANDS.items():
    app.command(_name, help=_help)(_listed)


def _load(name: str) -> Any:  # noqa: ANN401
    """Return a command with its options; exit with one sentence if what it needs is missing."""
    module, _ = _COMMANDS[name]
    try:
        main = import_module(module).main
    except ModuleNotFoundError as error:
        sys.exit(f"{name}: {error.name} is not installed. {_INSTALL}")
    except CheckoutError as error:
        sys.exit(f"{name}: {error}")
    if isinstance(main, typer.Typer):
        return typer.main.get_command(main)
    loaded = typer.Typer(add_completion=False)
    loaded.command(name)(main)
    return typer.main.get_command(loaded)
