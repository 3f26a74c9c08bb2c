"""`flask backup` and `flask restore`; docs/backup.md tells what else has to be kept."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from billing.backups.back_up import back_up
from billing.backups.restore import Restored, Terms, give_up, restore
from billing.database import database
from billing.maintenance.held import let_go_on
from portal.cli.database import with_database, with_database_even_closed
from portal.cli.import_output import bar

T = TypeVar("T")

_SHOWN = 50


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE|DIRECTORY")
@with_database
def backup(path: Path) -> None:
    """Write the whole database as it is at one moment into a new FILE, or under a name that tells
    the time into DIRECTORY.

    The portal, workers and runs go on meanwhile. SECRET_KEY and JWT_SECRET are not in it: keep
    them apart from it.
    """
    with bar() as on_progress:
        file, manifest = _unless_disk(lambda: back_up(path.absolute(), on_progress))
    click.echo(file)
    click.echo(
        f"{manifest.documents:,} documents of {len(manifest.collections)} collections as of "
        f"{manifest.taken_at}, {file.stat().st_size / 1e6:,.1f} MB.",
        err=True,
    )


@click.command("restore")
@click.argument(
    "path", required=False, metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)  # fmt: skip
@click.option("--replace", is_flag=True, help="Let it take the place of the data that are there.")
@click.option("--yes", is_flag=True, help="Do not ask before data are replaced.")
@click.option(
    "--hold/--no-hold", default=True, show_default=True,
    help="Hold back mail, webhooks and what begins daily until a person has looked.",
)  # fmt: skip
@click.option("--any-secret", is_flag=True, help="Restore what another SECRET_KEY has sealed.")
@click.option("--keep-unclean", is_flag=True, help="Stay even if the books are not in order.")
@click.option(
    "--give-up", "gives_up", is_flag=True, help="Put back what a restore that was killed exchanged."
)
@click.option("--go-on", is_flag=True, help="Let begin again what was held back by the clock.")
@with_database_even_closed
def restore_command(
    path: Path | None,
    *,
    replace: bool,
    yes: bool,
    hold: bool,
    any_secret: bool,
    keep_unclean: bool,
    gives_up: bool,
    go_on: bool,
) -> None:
    """Bring the backup FILE into an empty database, or in the place of what is there, and check
    the books; exits with 1 when they are not in order.

    Meanwhile portals answer 503 and nothing else works. Killed anywhere, it starts again when it is
    begun again.
    """
    if gives_up:
        click.echo("The old data are back." if give_up() else "There was nothing to put back.")
        return
    if go_on:
        click.echo("It goes on." if let_go_on() else "Nothing was held.")
        return
    if path is None:
        raise click.UsageError("Missing argument 'FILE'.")
    if replace and not yes:
        _confirm()
    terms = Terms(replace, hold, any_secret, keep_unclean)
    with bar() as on_progress:
        found = _unless_disk(lambda: restore(path, terms, on_progress))
    _tell(found, hold=hold)
    sys.exit(1 if found.offences else 0)


def _confirm() -> None:
    """Have the database's name typed."""
    name = database().name
    click.echo(f"All data in the database {name} will be replaced.")
    if click.prompt("Type the name of the database to go on") != name:
        raise click.ClickException("That is not its name; nothing was changed.")


def _unless_disk(work: Callable[[], T]) -> T:
    """What goes wrong with files becomes one line."""
    try:
        return work()
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'The file'}: {error.strerror}.") from None


def _tell(found: Restored, *, hold: bool) -> None:
    manifest = found.manifest
    for offence in found.offences[:_SHOWN]:
        click.echo(f"{offence.object_id}: {offence.message} ({offence.rule})")
    if not found.is_in_place:
        click.echo(f"{len(found.offences):,} offences: the old data were put back.")
        return
    click.echo(f"{manifest.documents:,} documents as of {manifest.taken_at} are restored.")
    if found.mails or found.deliveries:
        click.echo(f"Held back: {found.mails:,} mails and {found.deliveries:,} webhooks.")
    if hold:
        click.echo("The daily run and the reminders wait for `flask restore --go-on`.")
    if found.offences:
        click.echo(f"{len(found.offences):,} offences: the books are not in order.")
    else:
        click.echo("The books are in order.")
