"""`flask clocks …`: test clocks from the terminal."""

from datetime import datetime

import click
from flask.cli import AppGroup

from billing.actors import acting_as
from billing.errors import Invalid
from billing.inputs import Model, parse
from billing.shapes import instant
from billing.test_clocks.advance import advance_clock
from billing.test_clocks.inputs import AdvanceClock, CreateClock
from billing.test_clocks.queries import list_clocks
from billing.test_clocks.save_clock import create_clock
from portal.cli.database import with_database
from portal.cli.terminal import TERMINAL

cli = AppGroup("clocks", help="Let time go by for made-up customers.")


@cli.command("create")
@click.argument("name")
@click.option("--now", "at", required=True, help="Where it stands at first, such as 2026-01-31.")
@with_database
def create(name: str, at: str) -> None:
    """Create a test clock."""
    with acting_as(TERMINAL):
        made = create_clock(_parse(CreateClock, name=name, now=at))
    _print(made.id, made.now, made.name)


@cli.command("advance")
@click.argument("clock_id")
@click.argument("to")
@with_database
def advance(clock_id: str, to: str) -> None:
    """Do all that falls due until TO, a date or an instant; safe to be killed and repeated."""
    with acting_as(TERMINAL):
        done = advance_clock(clock_id, _parse(AdvanceClock, to=to))
    _print(done.clock.id, done.clock.now, done.clock.name)
    click.echo(f"{done.invoices:,} invoices, {done.reminders:,} reminders")
    for skip in done.skips:
        click.echo(f"  skipped {skip['id']}: {skip['message']} ({skip['code']})")


@cli.command("list")
@with_database
def show() -> None:
    """The newest test clocks."""
    for row in list_clocks(limit=100).items:
        _print(row["_id"], row["now"], row["name"])


def _print(clock_id: str, now: datetime, name: str) -> None:
    click.echo(f"{clock_id}  {instant(now)}  {name}")


def _parse(model: type[Model], **values: str) -> Model:
    """The arguments as the model; what is wrong in one line."""
    try:
        return parse(model, values)
    except Invalid as error:
        wrong = (f"{found.field}: {found.message}" for found in error.errors)
        raise click.ClickException("; ".join(wrong)) from error
