"""The `flask …` commands: each in a file of its own here, found by being here."""

from importlib import import_module
from pkgutil import iter_modules

import click
from flask import Flask


def register(app: Flask) -> None:
    """Add every command and group that a module of this package defines."""
    for module in iter_modules(__path__):
        for command in _top_level(vars(import_module(f"{__name__}.{module.name}"))):
            app.cli.add_command(command)


def _top_level(names: dict[str, object]) -> list[click.Command]:
    """A module's commands without those that one of its groups already holds."""
    found = [value for value in names.values() if isinstance(value, click.Command)]
    groups = [command for command in found if isinstance(command, click.Group)]
    inside = [child for group in groups for child in group.commands.values()]
    return [command for command in found if command not in inside]
