"""`flask import invoices`: past invoices from a CSV file, and the books against the file."""

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from billing.actors import acting_as
from billing.imports.import_invoices import MOST_LINES, InvoicesReport, import_invoices
from billing.imports.invoices_mapping import InvoicesMapping
from billing.imports.load_mapping import load_invoices_mapping
from billing.imports.past_documents import ODD, Odd
from billing.imports.reconcile_invoices import (
    Claim,
    InvoicesReconciliation,
    reconcile_invoices,
)
from billing.money import format_money
from portal.cli.database import with_database
from portal.cli.import_output import FILE, bar, print_problem
from portal.cli.terminal import TERMINAL


@click.command("invoices")
@FILE
@click.option(
    "--mapping",
    "mapping_name",
    required=True,
    metavar="NAME|PATH",
    help="A built-in mapping (online-retail) or a TOML file.",
)
@click.option("--dry-run", is_flag=True, help="Only say what is wrong or odd; write nothing.")
@click.option("--skip-bad", is_flag=True, help="Leave out documents that are wrong.")
@click.option(
    "--odd-rows",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write every odd row to this CSV file.",
)
@with_database
def invoices(
    file: Path, mapping_name: str, dry_run: bool, skip_bad: bool, odd_rows: Path | None
) -> None:
    """Import past invoices and credit notes from FILE, as paid history.

    Nothing is written unless all rows are well, or with --skip-bad. Killed anywhere, it goes on
    when begun again; done twice, it changes nothing. Ends with the reconciliation.
    """
    mapping = load_invoices_mapping(mapping_name)
    with acting_as(TERMINAL), ExitStack() as stack:
        on_odd = stack.enter_context(_odd_rows(odd_rows)) if odd_rows else _ignore
        on_progress = stack.enter_context(bar())
        report = import_invoices(
            file,
            mapping,
            dry_run=dry_run,
            skip_bad=skip_bad,
            on_problem=print_problem,
            on_odd=on_odd,
            on_progress=on_progress,
        )
    _print_report(report)
    agrees = reconcile_and_print(file, mapping) if report.written else dry_run and not report.bad
    sys.exit(0 if agrees else 1)


@contextmanager
def _odd_rows(path: Path) -> Iterator[Callable[[Odd], None]]:
    """Writes odd rows to a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "number", "what"])
        yield lambda odd: writer.writerow([odd.line, odd.number, ODD[odd.kind]])


def _ignore(odd: Odd) -> None:
    """Odd rows are counted anyway."""


def reconcile_and_print(file: Path, mapping: InvoicesMapping) -> bool:
    """Compare the books with the file; whether they agree."""
    with bar() as on_progress:
        result = reconcile_invoices(
            file, mapping, lambda done, size: on_progress("Comparing", done, size)
        )
    _print_reconciliation(result)
    return result.agrees


def _print_report(report: InvoicesReport) -> None:
    new = "imported" if report.written else "would be imported"
    click.echo(
        f"{report.rows:,} rows: {report.invoices:,} invoices and {report.credit_notes:,} credit "
        f"notes; {report.left_out:,} documents left out, {report.bad:,} with something wrong."
    )
    click.echo(f"  {report.new:,} {new}, {report.already_there:,} already there.")
    for kind, count in report.odd.most_common():
        lines = ", ".join(str(line) for line in report.odd_lines[kind])
        more = ", …" if count > MOST_LINES else ""
        click.echo(f"  {count:>7,} {ODD[kind]} (lines {lines}{more})")
    if not report.written:
        click.echo("Nothing was written.")
        if report.bad:
            click.echo("Correct the lines above, or leave their documents out with --skip-bad.")


def _print_reconciliation(result: InvoicesReconciliation) -> None:
    for difference in result.differences:
        sides = (difference.file, difference.books)
        file, books = (format_money(side.net, difference.currency) for side in sides)
        click.echo(f"{difference.key}: {file} in the file, {books} in the books")
    for currency in sorted(result.file.keys() | result.books.keys()):
        click.echo(f"{currency}{'file':>40}{'books':>24}")
        sums = [side.get(currency, Claim()) for side in (result.file, result.books)]
        _print_sums(sums[0], sums[1], currency)
    click.echo(
        f"{result.rows:,} rows of {result.customers:,} customers: {result.differing:,} customers "
        f"do not agree, {result.bad:,} documents cannot be imported."
    )
    click.echo("Every customer agrees to the cent." if result.agrees else "The books do not agree.")


def _print_sums(file: Claim, books: Claim, currency: str) -> None:
    for label, name in (("invoices", "invoices"), ("credit notes", "credit_notes")):
        click.echo(f"  {label:<16}{getattr(file, name):>25,}{getattr(books, name):>24,}")
    for label, name in (("invoiced", "invoiced"), ("credited", "credited"), ("net", "net")):
        theirs, ours = (format_money(getattr(side, name), currency) for side in (file, books))
        click.echo(f"  {label:<16}{theirs:>25}{ours:>24}")
