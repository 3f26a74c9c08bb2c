"""`flask db upgrade` and `flask db status`: what a newer version wants of older documents."""

import click

from billing.indexes import drop_obsolete, obsolete
from billing.migrations.upgrade import lacking, of_other_versions, upgrade
from billing.migrations.version import outstanding, schema_version
from billing.schema import NEWEST, VERSIONS
from portal.cli.database import cli as db
from portal.cli.database import with_database
from portal.cli.import_output import bar


@db.command("status")
@with_database
def status() -> None:
    """Say which version of the schema the database has, and what is outstanding."""
    click.echo(f"Schema version {schema_version()}; this Duebill knows {NEWEST}.")
    _tell_outstanding()


@db.command("upgrade")
@click.option("--dry-run", is_flag=True, help="Only say what would be changed.")
@click.option(
    "--again",
    is_flag=True,
    help="When no old portal runs: look at all documents once more, and drop its indexes.",
)
@with_database
def upgrade_command(dry_run: bool, again: bool) -> None:
    """Give older documents what they lack, while portals serve; it can be killed and goes on."""
    if dry_run:
        _tell_outstanding()
        return
    with bar() as on_progress:
        changed = upgrade(again=again, on_progress=on_progress)
    if again:
        drop_obsolete()
    for number, count in changed.items():
        click.echo(f"{number:>4}  {count:,} documents changed")
    click.echo(f"Schema version {schema_version()}.")


def _tell_outstanding() -> None:
    left = outstanding()
    counts = lacking(left)
    for migration in left:
        number, count = migration.number, counts[migration.number]
        click.echo(f"{number:>4}  {migration.about}: {count:,} of {migration.collection}")
    others = of_other_versions()
    for name, (older, newer) in others.items():
        click.echo(f"{name}: {older:,} before version {VERSIONS[name]}, {newer:,} beyond it")
    unused = obsolete()
    for collection, name in unused:
        click.echo(f"{collection}: the index {name} is of no use any more")
    has_older = any(older for older, _ in others.values())
    click.echo(_what_to_do(bool(left), has_older or bool(unused)))


def _what_to_do(is_outstanding: bool, has_leavings: bool) -> str:
    if is_outstanding:
        return "`flask db upgrade` does it."
    if has_leavings:
        return "Something older left that: `flask db upgrade --again`, once it has gone."
    return "Nothing is outstanding."
