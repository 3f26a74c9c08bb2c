"""`flask clients …`: programs that use the API, from the terminal."""

from typing import Any, get_args

import click
from flask.cli import AppGroup

from billing.actors import acting_as
from billing.errors import Invalid
from billing.inputs import parse
from billing.oauth.create_client import Told, create_client
from billing.oauth.inputs import DEFAULT_OVERLAP_HOURS, ClientInput, GrantType, RotateSecret
from billing.oauth.rotate_secret import rotate_secret
from billing.users.permissions import CLIENT_SCOPES
from portal.cli.database import with_database
from portal.cli.terminal import TERMINAL

cli = AppGroup("clients", help="Look after the programs that use the API; see docs/oauth.md.")


@cli.command("create")
@click.option("--name", required=True, help="Shown to the people whom it asks for access.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(CLIENT_SCOPES),
    metavar="SCOPE", help="What it can be given at most, such as read:customers; repeatable.",
)  # fmt: skip
@click.option(
    "--grant", "grant_types", multiple=True, type=click.Choice(get_args(GrantType)),
    default=["client_credentials"], help="How it gets tokens; repeatable.",
)  # fmt: skip
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Repeatable.")
@click.option("--public", is_flag=True, help="It runs on its users' devices and has no secret.")
@click.option("--rate-limit", type=int, help="Requests a minute.")
@with_database
def create(public: bool, **values: Any) -> None:
    """Create an API client and print its secret, once."""
    values["type"] = "public" if public else "confidential"
    with acting_as(TERMINAL):
        _print(create_client(_parsed(values)))


@cli.command("rotate")
@click.argument("client_id")
@click.option(
    "--overlap-hours", type=click.IntRange(0, 24 * 30), default=DEFAULT_OVERLAP_HOURS,
    show_default=True, help="How long the present secret still works; 0 ends it at once.",
)  # fmt: skip
@with_database
def rotate(client_id: str, overlap_hours: int) -> None:
    """Give an API client another secret and print it, once."""
    with acting_as(TERMINAL):
        _print(rotate_secret(client_id, RotateSecret(overlap_hours=overlap_hours)))


def _parsed(values: dict[str, Any]) -> ClientInput:
    lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    try:
        return parse(ClientInput, {**values, **lists})
    except Invalid as error:
        found = (f"{each.field}: {each.message}".removeprefix(": ") for each in error.errors)
        raise click.ClickException("; ".join(found)) from error


def _print(told: Told) -> None:
    click.echo(f"client_id      {told.client.id}")
    if told.secret:
        click.echo(f"client_secret  {told.secret}")
        click.echo("The secret is shown this once; keep it now.", err=True)
