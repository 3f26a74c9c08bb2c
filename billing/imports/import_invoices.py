"""Importing past invoices: judge the whole file first, then write it batch by batch."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from billing.imports.cells import BadCell
from billing.imports.entries import Problem
from billing.imports.invoices_mapping import InvoicesMapping
from billing.imports.past_documents import Odd, PastDocument
from billing.imports.past_rows import Import
from billing.imports.read_documents import read_documents
from billing.imports.write_documents import known_numbers, write_documents
from billing.seller import current_seller

BATCH = 200
MOST_LINES = 10

OnProblem = Callable[[Problem], None]
OnOdd = Callable[[Odd], None]
OnProgress = Callable[[str, int, int], None]


@dataclass(slots=True)
class InvoicesReport:
    """What is in the file and what came of it; `new` documents would be written where `written`
    is False. `odd` counts by kind, `odd_lines` are the first lines of each."""

    rows: int = 0
    invoices: int = 0
    credit_notes: int = 0
    bad: int = 0
    left_out: int = 0
    new: int = 0
    already_there: int = 0
    odd: Counter[str] = field(default_factory=Counter)
    odd_lines: dict[str, list[int]] = field(default_factory=dict)
    written: bool = False

    def count(self, document: PastDocument) -> None:
        """Count a document of the file."""
        self.rows += document.rows
        if document.problems:
            self.bad += 1
        elif not document.lines:
            self.left_out += 1
        elif document.is_credit_note:
            self.credit_notes += 1
        else:
            self.invoices += 1
        for odd in document.odd:
            self.odd[odd.kind] += 1
            lines = self.odd_lines.setdefault(odd.kind, [])
            if len(lines) < MOST_LINES:
                lines.append(odd.line)


def import_invoices(
    path: Path,
    mapping: InvoicesMapping,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    on_problem: OnProblem = lambda problem: None,
    on_odd: OnOdd = lambda odd: None,
    on_progress: OnProgress = lambda phase, done, total: None,
) -> InvoicesReport:
    """Import a file. Nothing is written in a dry run, nor when a document is bad unless `skip_bad`.

    A number that this mapping imported before is left as it is, so an import that was cut off is
    simply begun again. `on_progress(phase, done, total)` counts bytes. Raises FileUnreadable and
    ColumnsMissing.
    """
    reading = _Reading(path, mapping, on_progress)
    report = InvoicesReport()
    for batch in reading.batches("Checking"):
        _judge(batch, mapping, report)
        for document in batch:
            report.count(document)
            for problem in document.problems:
                on_problem(problem)
            for odd in document.odd:
                on_odd(odd)
    if not dry_run and (skip_bad or not report.bad):
        _write(reading, report)
    return report


@dataclass(frozen=True, slots=True)
class _Reading:
    path: Path
    mapping: InvoicesMapping
    on_progress: OnProgress

    def batches(self, phase: str) -> Iterator[list[PastDocument]]:
        """The file in batches, telling how far it is read."""
        size = self.path.stat().st_size
        self.on_progress(phase, 0, size)
        documents = read_documents(self.path, self.mapping)
        while batch := list(islice(documents, BATCH)):
            yield batch
            self.on_progress(phase, min(batch[-1].position, size), size)
        self.on_progress(phase, size, size)


def _judge(batch: list[PastDocument], mapping: InvoicesMapping, report: InvoicesReport) -> None:
    """See which are there already, and which numbers are somebody else's."""
    good = _good(batch)
    there = known_numbers([document.number for document in good])
    for document in good:
        if document.number not in there:
            report.new += 1
        elif there[document.number] == mapping.name:
            report.already_there += 1
        else:
            column = ", ".join(mapping.invoice["number"].columns)
            message = "is the number of another invoice or credit note that is there already"
            document.blame(document.row, BadCell(column, document.number, message))


def _write(reading: _Reading, report: InvoicesReport) -> None:
    mapping = reading.mapping
    of = Import(mapping.name, mapping.timezone, current_seller())
    report.new = report.already_there = 0
    for batch in reading.batches("Writing"):
        good = _good(batch)
        written = write_documents(good, of, mapping.walk_in)
        report.new += written
        report.already_there += len(good) - written
    report.written = True


def _good(batch: list[PastDocument]) -> list[PastDocument]:
    """Those that can be stored: sound, and with something to say."""
    return [document for document in batch if document.lines and not document.problems]
