"""What becomes of the rows of past invoices: documents with lines, and what is odd about them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from billing.customers.inputs import CustomerInput
from billing.imports.cells import BadCell
from billing.imports.csv_rows import CsvRow
from billing.imports.entries import Problem

# What is odd about a row or a document, and what is done about it.
ODD = {
    "stock": "stock movements without money, left out",
    "empty": "documents of nothing but stock movements, left out",
    "free": "lines at price zero, kept as they are",
    "deduction": "negative lines outside of cancellations, kept as they are",
    "adjustment": "invoices below zero, which become credit notes",
    "walk_in": "documents without a customer, put to the walk-in customer",
    "undescribed": "lines without a description",
    "moments": "documents whose rows name several moments; the first counts",
}


@dataclass(frozen=True, slots=True)
class Odd:
    """Something worth knowing about a row that can be imported; `kind` is a key of ODD."""

    kind: str
    line: int
    number: str


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line, in smallest units; `unit_amount` and `quantity` as decimal text where finer."""

    description: str
    quantity: int | str
    unit_amount: int | str
    amount: int
    calculation: str


@dataclass(slots=True)
class PastDocument:
    """All rows that carry one number. `row` is the first, `position` how far the file is read."""

    number: str
    row: CsvRow
    moment: datetime
    currency: str
    customer_key: str | None
    is_cancellation: bool
    customer: CustomerInput | None = None
    lines: list[PastLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)
    rows: int = 0
    last_row: int = 0
    position: int = 0

    @classmethod
    def unreadable(cls, key: str, row: CsvRow) -> "PastDocument":
        """A row of which not even the number can be read."""
        return cls(key, row, datetime.fromtimestamp(0, UTC), "", None, is_cancellation=False)

    @property
    def total(self) -> int:
        """What its lines come to; below zero for a credit note."""
        return sum(line.amount for line in self.lines)

    @property
    def is_credit_note(self) -> bool:
        return self.is_cancellation or self.total < 0

    def blame(self, row: CsvRow, bad: BadCell) -> None:
        """Keep what is wrong with a row of it."""
        self.problems.append(Problem(row.line, bad.column, bad.value, bad.message))

    def note(self, kind: str, line: int) -> None:
        """Keep in mind what is odd about a row of it."""
        self.odd.append(Odd(kind, line, self.number))
