"""The `flask …` commands: each in a file of its own here, found by being here."""

from importlib import import_module
from pkgutil import iter_modules

import click
from flask import Flask


def register(app: Flask) -> None:
    """Put the commands on the application."""
    for command in commands():
        app.cli.add_command(command)


def commands() -> list[click.Command]:
    """Every command and group that a module of this package defines."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return [command for module in modules for command in _top_level(vars(module))]


def _top_level(names: dict[str, object]) -> list[click.Command]:
    """A module's commands without those that one of its groups already holds."""
    found = [value for value in names.values() if isinstance(value, click.Command)]
    groups = [command for command in found if isinstance(command, click.Group)]
    inside = [child for group in groups for child in group.commands.values()]
    return [command for command in found if command not in inside]
