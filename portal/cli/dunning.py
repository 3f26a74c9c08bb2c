"""`flask billing dunning` and `flask billing settle`: unpaid invoices, unanswered payments."""

from datetime import datetime, timedelta

import click

from billing.actors import acting_as
from billing.dunning.run_dunning import run_dunning
from billing.payments.settle_pending import settle_pending
from portal.cli.billing import cli as billing
from portal.cli.database import with_database
from portal.cli.terminal import TERMINAL


@billing.command("dunning")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Take the steps that are due by this date [default: each customer's own today].",
)
@with_database
def dunning(as_of: datetime | None) -> None:
    """Remind of every overdue invoice and retry its payment; safe to be killed and begun again."""
    with acting_as(TERMINAL):
        done = run_dunning(as_of.date() if as_of else None)
    click.echo(f"  Reminded   {done.reminded:,}")
    click.echo(f"  Charged    {done.charged:,}, of which {done.recovered:,} succeeded")
    click.echo(f"  Ended      {done.ended:,}")
    for skip in done.skipped:
        click.echo(f"  skipped {skip['invoice_id']}: {skip['message']} ({skip['code']})")


@billing.command("settle")
@click.option(
    "--older-than",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    help="Minutes for which an attempt is left to whoever makes it.",
)
@with_database
def settle(older_than: int) -> None:
    """Ask providers what became of payments and refunds whose answer never came."""
    with acting_as(TERMINAL):
        settled = settle_pending(timedelta(minutes=older_than))
    click.echo(f"{settled:,} settled.")
