"""`flask personal-data …`: what is held of one person, from the terminal."""

from pathlib import Path

import click
from flask.cli import AppGroup

from billing.actors import acting_as
from billing.errors import BillingError
from billing.personal_data.erase import erase as erase_now
from billing.personal_data.export import exported, note_export
from billing.personal_data.preview import Part, preview_erasure
from billing.personal_data.retention import review_erasures
from billing.personal_data.subjects import get_subject
from billing.settings import Settings
from portal.cli.database import with_database
from portal.cli.terminal import TERMINAL

cli = AppGroup("personal-data", help="Hand over or erase what is held of one person.")


@cli.command("export")
@click.argument("id_", metavar="ID")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_database
def export(id_: str, file: Path) -> None:
    """Write all that is held of a customer or user (cus_…, usr_…) to FILE, a ZIP."""
    subject = get_subject(id_)
    with acting_as(TERMINAL):
        note_export(subject)
    file.touch(mode=0o600)
    with file.open("wb") as out:
        out.writelines(exported(subject))
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@cli.command("erase")
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Do it; without, only say what would be done.")
@with_database
def erase(id_: str, yes: bool) -> None:
    """Erase a customer with all their users, or a user (cus_…, usr_…)."""
    years = Settings.load().retention_years
    preview = preview_erasure(get_subject(id_), years)
    for part in preview.parts:
        click.echo(f"  {part.name:<15} {part.count:>9,}  {_fate(part)}")
    for obstacle in preview.obstacles:
        click.echo(f"  {obstacle}")
    if not yes:
        click.echo("Nothing was changed. Add --yes to erase.")
        return
    with acting_as(TERMINAL):
        try:
            erase_now(id_, years)
        except BillingError as error:
            raise click.ClickException(error.message) from error
    click.echo(f"{id_} is erased.")


@cli.command("review")
@with_database
def review() -> None:
    """Take names out of papers whose time is over; a scheduler does it as well."""
    looked_at = review_erasures(get_subject, Settings.load().retention_years)
    click.echo(f"{looked_at:,} looked at.")


def _fate(part: Part) -> str:
    return f"{part.staying:,} keep names until {part.until}" if part.staying else part.fate
