"""`flask billing …`: the billing run and the check of the books."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from billing.actors import acting_as
from billing.money import format_money
from billing.runs.check import Offence, find_offences
from billing.runs.ending import end_on_sigterm, is_ending
from billing.runs.models import BillingRun
from billing.runs.preview import preview_run
from billing.runs.proof import ProofSheet
from billing.runs.queries import proof_of
from billing.runs.run_billing import continue_run, resume_run, start_run
from billing.runs.work import Progress as OnProgress
from billing.settings import Settings
from portal.cli.database import with_database
from portal.cli.terminal import TERMINAL

cli = AppGroup("billing", help="Bill everyone who is due, and check the books.")

_SHOWN_SKIPS = 50
_SHOWN_OFFENCES = 10_000


@cli.command("run")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Bill all periods that began by this date, and issue the invoices on it "
    "[default: each customer's own today].",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes."
)
@click.option("--celery", is_flag=True, help="Let Celery's workers do it, on any machine.")
@click.option("--dry-run", is_flag=True, help="Show the proof sheet and write nothing.")
@click.option("--resume", "run_id", metavar="RUN_ID", help="Go on with an interrupted run.")
@with_database
def run(
    as_of: datetime | None, workers: int, celery: bool, dry_run: bool, run_id: str | None
) -> None:
    """Bill every subscription that is due; safe to be killed and begun again."""
    day = as_of.date() if as_of else None
    go_on = _by_celery(workers) if celery else partial(continue_run, workers=workers)
    with acting_as(TERMINAL), _bar("Subscriptions") as on_progress:
        if dry_run:
            sheet = preview_run(day, on_progress)
        else:
            end_on_sigterm()
            begun = resume_run(run_id) if run_id else start_run(day)
            sheet = proof_of(go_on(begun.id, on_progress=on_progress))
    _print_sheet(sheet, dry_run=dry_run)
    if is_ending():
        click.echo(f"Stopped before its end: flask billing run --resume {begun.id} goes on.")


def _by_celery(workers: int) -> Callable[..., BillingRun]:
    """What carries a run out by Celery's workers."""
    redis_url = Settings.load().redis_url
    if not redis_url:
        raise click.UsageError("--celery needs Redis: set REDIS_URL.")
    if workers > 1:
        raise click.UsageError("--workers are processes of this machine; leave it out or --celery.")
    from billing.run_queue.carry_out import continue_by_celery  # Celery takes a while to load

    return partial(continue_by_celery, redis_url=redis_url)


@cli.command("celery-worker")
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    help="Processes [default: WEB_CONCURRENCY, or else the cores].",
)
def celery_worker(concurrency: int | None) -> None:
    """Bill the chunks of runs that are begun with --celery, until stopped. Needs REDIS_URL.

    Several may run, on any number of machines.
    """
    sys.stdout.flush()
    options = ["--concurrency", str(concurrency)] if concurrency else []
    command = [sys.executable, "-m", "portal.celery_worker", *options]
    os.execv(sys.executable, command)  # noqa: S606 -- our own interpreter


@cli.command("check")
@with_database
def check() -> None:
    """Check the invariants of the books; exits with 1 when one does not hold.

    Reads only, and can be stopped at any time.
    """
    shown: list[Offence] = []
    count = 0
    with _bar("Rules") as on_progress:
        for offence in find_offences(lambda _rule, done, rules: on_progress(done, rules)):
            count += 1
            if count <= _SHOWN_OFFENCES:
                shown.append(offence)
    for offence in shown:
        click.echo(f"{offence.object_id}: {offence.message} ({offence.rule})")
    if count > len(shown):
        click.echo(f"… and {count - len(shown):,} more.")
    click.echo(f"{count} offences." if count else "The books are in order.")
    sys.exit(1 if count else 0)


@contextmanager
def _bar(unit: str) -> Iterator[OnProgress]:
    """A progress bar on the error stream, so that output can still be piped."""
    columns = (TextColumn(unit), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(unit, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _print_sheet(sheet: ProofSheet, *, dry_run: bool) -> None:
    click.echo("Proof sheet of a dry run: nothing was written." if dry_run else "Proof sheet")
    day = sheet.as_of_date or "each customer's own today"
    click.echo(f"  As of      {day}")
    parts = f"{sheet.invoiced:,} invoiced + {sheet.skipped:,} skipped"
    click.echo(f"  Due        {sheet.due:,} = {parts}")
    click.echo(f"  Ended      {sheet.ended:,} subscriptions")
    if sheet.still_due is not None:
        click.echo(f"  Still due  {sheet.still_due:,}")
    table = Table("Currency", "Invoices", "Amount", box=None)
    for each in sheet.sums:
        amount = format_money(each["amount"], each["currency"])
        table.add_row(each["currency"], f"{each['invoices']:,}", amount)
    if sheet.sums:
        Console().print(table)
    for skip in sheet.skips[:_SHOWN_SKIPS]:
        click.echo(f"  skipped {skip.subscription_id}: {skip.message} ({skip.code})")
    if len(sheet.skips) > _SHOWN_SKIPS:
        click.echo(f"  … and {len(sheet.skips) - _SHOWN_SKIPS:,} more, see the portal's run page.")
