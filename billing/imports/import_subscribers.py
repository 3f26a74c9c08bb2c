"""Importing subscribers: judge the whole file first, then write it batch by batch."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from billing.database import Row
from billing.imports.entries import BadRow, Entry, Problem
from billing.imports.mapping import Mapping as ImportMapping
from billing.imports.plans import ensure_plans, plan_terms, plans_to_make
from billing.imports.read_entries import read_entries
from billing.imports.write_batch import existing_keys, write_batch

BATCH = 500
MOST_LINES = 20

OnProblem = Callable[[Problem], None]
OnProgress = Callable[[str, int, int], None]


@dataclass(slots=True)
class ImportReport:
    """What is in the file and what came of it.

    `new` rows were written, or would be where `written` is False. `waiting` rows have nothing
    elapsed at the mapping's date; `waiting_lines` are the first of them.
    """

    rows: int = 0
    bad: int = 0
    new: int = 0
    already_there: int = 0
    cancelled: int = 0
    waiting: int = 0
    waiting_lines: list[int] = field(default_factory=list)
    new_plans: list[str] = field(default_factory=list)
    written: bool = False

    def count(self, entry: Entry | BadRow) -> None:
        """Count a row of the file."""
        self.rows += 1
        if isinstance(entry, BadRow):
            self.bad += 1
            return
        self.cancelled += entry.cancelled_on is not None
        self.waiting += entry.nothing_elapsed
        if entry.nothing_elapsed and len(self.waiting_lines) < MOST_LINES:
            self.waiting_lines.append(entry.row.line)


def import_subscribers(
    path: Path,
    mapping: ImportMapping,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    on_problem: OnProblem = lambda problem: None,
    on_progress: OnProgress = lambda phase, done, total: None,
) -> ImportReport:
    """Import a file. Nothing is written in a dry run, nor when a row is bad unless `skip_bad`.

    Rows whose key a customer has already are left as they are, so an import that was cut off is
    simply begun again. `on_progress(phase, done, total)` counts bytes. Raises FileUnreadable,
    ColumnsMissing, MappingInvalid, PlanNotFound and PlanNotSubscribable.
    """
    reading = _Reading(path, mapping, plan_terms(mapping), on_progress)
    report = _judge(reading, on_problem)
    report.new_plans = plans_to_make(mapping)
    if not dry_run and (skip_bad or not report.bad):
        _write(reading, report)
    return report


@dataclass(frozen=True, slots=True)
class _Reading:
    path: Path
    mapping: ImportMapping
    terms: Mapping[str, Row]
    on_progress: OnProgress

    def batches(self, phase: str) -> Iterator[list[Entry | BadRow]]:
        """The file in batches, telling how far it is read."""
        size = self.path.stat().st_size
        self.on_progress(phase, 0, size)
        for batch in _batches(read_entries(self.path, self.mapping, self.terms)):
            yield batch
            self.on_progress(phase, batch[-1].row.position, size)


def _judge(reading: _Reading, on_problem: OnProblem) -> ImportReport:
    report = ImportReport()
    for batch in reading.batches("Checking"):
        for entry in batch:
            report.count(entry)
            for problem in entry.problems if isinstance(entry, BadRow) else ():
                on_problem(problem)
        keys = [entry.key for entry in batch if isinstance(entry, Entry)]
        there = len(existing_keys(keys))
        report.already_there += there
        report.new += len(keys) - there
    return report


def _write(reading: _Reading, report: ImportReport) -> None:
    plans = ensure_plans(reading.mapping)
    report.new = report.already_there = 0
    for batch in reading.batches("Writing"):
        entries = [entry for entry in batch if isinstance(entry, Entry)]
        written = write_batch(entries, plans, reading.mapping.name)
        report.new += written
        report.already_there += len(entries) - written
    report.written = True


def _batches(entries: Iterable[Entry | BadRow]) -> Iterator[list[Entry | BadRow]]:
    iterator = iter(entries)
    while batch := list(islice(iterator, BATCH)):
        yield batch
