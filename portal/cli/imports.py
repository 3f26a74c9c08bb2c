"""`flask import …`: subscribers and past invoices from CSV files, and the books against them."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from billing.actors import acting_as
from billing.imports.import_subscribers import (
    MOST_LINES,
    ImportReport,
    import_subscribers,
)
from billing.imports.load_mapping import is_of_invoices, load_invoices_mapping, load_mapping
from billing.imports.reconcile import Reconciliation, Sums, reconcile
from billing.money import format_money
from portal.cli.database import with_database
from portal.cli.import_invoices import invoices, reconcile_and_print
from portal.cli.import_output import FILE, bar, print_problem
from portal.cli.terminal import TERMINAL

cli = AppGroup("import", help="Bring in what another system knows; see docs/import.md.")
cli.add_command(invoices)
_MAPPING = click.option(
    "--mapping",
    "mapping_name",
    required=True,
    metavar="NAME|PATH",
    help="A built-in mapping (telco) or a TOML file.",
)


@cli.command("subscribers")
@FILE
@_MAPPING
@click.option("--dry-run", is_flag=True, help="Only say what is wrong; write nothing.")
@click.option("--skip-bad", is_flag=True, help="Leave out rows that are wrong, import the others.")
@with_database
def subscribers(file: Path, mapping_name: str, dry_run: bool, skip_bad: bool) -> None:
    """Import customers and their subscriptions from FILE.

    Nothing is written unless all rows are well, or with --skip-bad. Killed anywhere, it goes on
    when begun again; done twice, it changes nothing.
    """
    mapping = load_mapping(mapping_name)
    with acting_as(TERMINAL), bar() as on_progress:
        report = import_subscribers(
            file,
            mapping,
            dry_run=dry_run,
            skip_bad=skip_bad,
            on_problem=print_problem,
            on_progress=on_progress,
        )
    _print_report(report)
    sys.exit(0 if report.written or (dry_run and not report.bad) else 1)


@cli.command("reconcile")
@FILE
@_MAPPING
@with_database
def reconcile_command(file: Path, mapping_name: str) -> None:
    """Compare what imported subscribers were billed, or imported invoices, with what FILE says."""
    if is_of_invoices(mapping_name):
        sys.exit(0 if reconcile_and_print(file, load_invoices_mapping(mapping_name)) else 1)
    mapping = load_mapping(mapping_name)
    with bar() as on_progress:
        result = reconcile(file, mapping, lambda done, size: on_progress("Comparing", done, size))
    _print_reconciliation(result)
    sys.exit(0 if result.agrees else 1)


def _print_report(report: ImportReport) -> None:
    new = "imported" if report.written else "would be imported"
    click.echo(
        f"{report.rows:,} rows: {report.new:,} {new}, {report.already_there:,} already there,"
    )
    click.echo(f"  {report.bad:,} with something wrong; {report.cancelled:,} are cancelled.")
    if report.new_plans:
        made = "were made" if report.written else "would be made"
        click.echo(f"Plans that {made}: {', '.join(report.new_plans)}.")
    if report.waiting:
        lines = ", ".join(str(line) for line in report.waiting_lines)
        more = ", …" if report.waiting > MOST_LINES else ""
        click.echo(
            f"{report.waiting:,} rows have no elapsed period (lines {lines}{more}): they start on "
            "the mapping's date, and nothing is to be billed before it."
        )
    if not report.written:
        click.echo("Nothing was written.")
        if report.bad:
            click.echo("Correct the lines above, or leave them out with --skip-bad.")


def _print_reconciliation(result: Reconciliation) -> None:
    for mismatch in result.mismatches:
        click.echo(
            f"line {mismatch.line}, {mismatch.key}: invoiced {mismatch.invoiced:,}, expected "
            f"{mismatch.expected:,} (smallest units)"
        )
    for currency, sums in result.sums.items():
        _print_sums(currency, sums)
    click.echo(
        f"{result.rows:,} rows: {result.mismatching:,} do not agree, "
        f"{result.not_imported:,} are not imported, {result.bad:,} cannot be."
    )
    click.echo("Every row agrees to the cent." if result.agrees else "The books do not agree.")


def _print_sums(currency: str, sums: Sums) -> None:
    def money(amount: int) -> str:
        return format_money(amount, currency)

    click.echo(f"{currency}: {sums.rows:,} rows, {sums.invoices:,} invoices")
    click.echo(f"  invoiced           {money(sums.invoiced):>18}")
    click.echo(f"  periods times price{money(sums.expected):>18}")
    if sums.stated_rows:
        click.echo(f"  the file's totals  {money(sums.stated):>18}")
        click.echo(
            f"  The file's own totals differ by {money(sums.difference)} in all: in "
            f"{sums.differing_rows:,} of {sums.stated_rows:,} rows, at most by "
            f"{money(sums.largest)} ({sums.largest_key}). "
            f"{sums.rows - sums.stated_rows:,} rows state none."
        )
