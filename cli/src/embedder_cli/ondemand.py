"""Groups of commands whose modules are imported when they run, so that `--help` needs none of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

Commands = Mapping[str, tuple[str, str]]
"""Name -> the module with its `main`, and its line in `--help`."""


def group(name: str, commands: Commands, about: str, elsewhere: Mapping[str, str] | None = None) -> typer.Typer:
    """Return a group of commands. A `main` is a function, or another group.

    `elsewhere`: names that belong to a checkout of the Worker, and what to run there instead.
    """

    class OnDemand(TyperGroup):
        """Lists commands without importing them."""

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
            """Return the command to run; only here is its module imported."""
            if target := (elsewhere or {}).get(args[0]):
                ctx.fail(f"{args[0]} works on a checkout of the Worker: run `{target}` there.")
            chosen, _, rest = super().resolve_command(ctx, args)
            return chosen, _load(str(chosen), commands[str(chosen)][0]), rest

    # without markup, because Rich takes most of the time of `--help` and of a usage error
    app = typer.Typer(
        name=name, cls=OnDemand, add_completion=False, no_args_is_help=True, help=about, rich_markup_mode=None
    )
    app.callback()(_listed)
    for command, (_, line) in commands.items():
        app.command(command, help=line)(_listed)
    return app


def _listed() -> None:
    """Stand for a command that is not loaded yet."""


def _load(name: str, module: str) -> Any:  # noqa: ANN401
    """Return a command with its options."""
    main = import_module(module).main
    if isinstance(main, typer.Typer):
        return typer.main.get_command(main)
    loaded = typer.Typer(add_completion=False)
    loaded.command(name)(main)
    return typer.main.get_command(loaded)
