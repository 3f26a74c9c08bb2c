"""Reading a file as past documents: rows are gathered by their number, then judged as a whole."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from billing.imports.cells import BadCell
from billing.imports.csv_rows import CsvRow, read_rows
from billing.imports.invoices_mapping import InvoicesMapping
from billing.imports.past_documents import PastDocument
from billing.imports.read_heading import Heading, read_customer, read_heading
from billing.imports.read_line import is_undescribed, read_line
from billing.imports.seen import Seen

WINDOW = 10_000
"""The rows of one number may lie so many rows apart; no more than these are held."""


def read_documents(path: Path, mapping: InvoicesMapping) -> Iterator[PastDocument]:
    """Every document of the file, in the order of their first rows.

    One with `problems` cannot be imported. Raises FileUnreadable and ColumnsMissing.
    """
    gathered: dict[str, PastDocument] = {}
    with closing(Seen()) as seen:
        for count, row in enumerate(read_rows(path, mapping.file, mapping.columns)):
            _put(gathered, row, count, mapping)
            oldest = next(iter(gathered.values()))
            if count - oldest.last_row > WINDOW:
                yield _finished(gathered.pop(oldest.number), mapping, seen, row)
        for document in gathered.values():
            yield _finished(document, mapping, seen, row)


def _put(
    gathered: dict[str, PastDocument], row: CsvRow, count: int, mapping: InvoicesMapping
) -> None:
    """Add a row to its document; one that names none is a bad document for itself."""
    try:
        if row.fault:
            raise BadCell("", "", row.fault)
        heading = read_heading(mapping, row.cells)
    except BadCell as bad:
        # A key that no cell can be, for cells are stripped.
        key = f" {row.line}"
        document = PastDocument.unreadable(key, row)
        document.blame(row, bad)
        gathered[key] = document
    else:
        document = gathered.get(heading.number) or _begun(heading, row, mapping)
        gathered[heading.number] = document
        _add(document, heading, row, mapping)
    document.rows += 1
    document.last_row = count


def _begun(heading: Heading, row: CsvRow, mapping: InvoicesMapping) -> PastDocument:
    rule = mapping.credit_notes
    document = PastDocument(
        heading.number,
        row,
        heading.moment,
        heading.currency,
        heading.customer_key,
        bool(rule and heading.number.startswith(rule.prefix)),
    )
    if heading.customer_key is None:
        document.note("walk_in", row.line)
        return document
    try:
        document.customer = read_customer(mapping, row.cells)
    except BadCell as bad:
        document.blame(row, bad)
    return document


def _add(document: PastDocument, heading: Heading, row: CsvRow, mapping: InvoicesMapping) -> None:
    if (heading.customer_key, heading.currency) != (document.customer_key, document.currency):
        document.blame(row, BadCell("", "", "has not the customer and currency of the rows before"))
    if heading.moment != document.moment and all(odd.kind != "moments" for odd in document.odd):
        document.note("moments", row.line)
    try:
        line = read_line(mapping, row.cells, heading.currency)
    except BadCell as bad:
        document.blame(row, bad)
        return
    negative = str(line.quantity).startswith("-")
    if not document.is_cancellation and negative and line.unit_amount == 0:
        document.note("stock", row.line)
        return
    if line.unit_amount == 0:
        document.note("free", row.line)
    if is_undescribed(mapping, row.cells):
        document.note("undescribed", row.line)
    if line.amount < 0 and not document.is_cancellation:
        document.note("deduction", row.line)
    document.lines.append(line)


def _finished(
    document: PastDocument, mapping: InvoicesMapping, seen: Seen, row: CsvRow
) -> PastDocument:
    """The document as a whole: is it there twice, and is it what its number says?"""
    document.position = row.position
    first = document.row.line
    if document.problems:
        return document
    if (there := seen.line_of(document.number, first)) != first:
        message = f"is in line {there} already, too far away: sort the file by this column"
        document.blame(document.row, BadCell(_number(mapping), document.number, message))
    elif document.is_cancellation and document.total > 0:
        message = "is a cancellation that comes to more than zero: correct its quantities"
        document.blame(document.row, BadCell(_number(mapping), document.number, message))
    elif not document.lines:
        document.note("empty", first)
    elif document.is_credit_note and not document.is_cancellation:
        document.note("adjustment", first)
    return document


def _number(mapping: InvoicesMapping) -> str:
    return ", ".join(mapping.invoice["number"].columns)
