"""The application factory."""

from __future__ import annotations

from types import ModuleType

import click
from flask import Flask

from portal.cli import _top_level


def test_the_commands_are_found_by_being_there(app: Flask) -> None:
    assert {"db", "billing"} <= set(app.cli.commands)


def test_a_command_within_a_group_is_reached_through_it_alone() -> None:
    @click.group()
    def group() -> None: ...

    @group.command()
    def inner() -> None: ...

    @click.command()
    def lone() -> None: ...

    module = ModuleType("commands")
    module.__dict__.update(group=group, inner=inner, lone=lone)
    assert _top_level(vars(module)) == [group, lone]
