"""What manifests say of the application, held against the application itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import click

from billing.settings import Settings, variable
from portal.app import create_app

ROOT = Path(__file__).resolve().parents[2]


@cache
def commands() -> click.Group:
    """The `flask` command with all that the application adds."""
    settings = Settings.load(
        {
            "MONGODB_URI": "mongodb://127.0.0.1:9/duebill",
            "SECRET_KEY": "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe",
            "JWT_SECRET": "Vt4Ry1oMx8Kb6NzWc3JuQf7LdHg0SpEa",
        }
    )
    return create_app(settings, connect=False).cli


def check_command(words: list[str]) -> None:
    """Fails unless this is a `flask` command that exists, with arguments that it takes."""
    program, *rest = words
    assert program == "flask", words
    found: click.Command = commands()
    while isinstance(found, click.Group):
        name, *rest = rest
        assert name in found.commands, f"there is no command {name} in {words}"
        found = found.commands[name]
    with click.Context(found, resilient_parsing=True) as context:
        found.make_parser(context).parse_args(list(rest))


def check_settings(names: Iterable[str]) -> None:
    """Fails unless each is a variable of the settings, told outright or in a file."""
    known = {variable(field) for field in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    assert not set(names) - known


def graceful_timeout() -> int:
    """For how long gunicorn's workers may finish what is under way, in seconds."""
    text = (ROOT / "portal/gunicorn_conf.py").read_text()
    return int(re.findall(r"^graceful_timeout = (\d+)$", text, re.M)[0])
