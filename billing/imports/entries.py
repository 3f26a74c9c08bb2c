"""What becomes of a row: a good entry or a list of problems."""

from dataclasses import dataclass
from datetime import date

from billing.customers.inputs import CustomerInput
from billing.imports.csv_rows import CsvRow
from billing.subscriptions.inputs import SubscriptionInput


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a row, and what to do; `column` is empty for the whole row."""

    line: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A good row. `subscription` lacks its customer and plan; `plan` is the mapping's key."""

    row: CsvRow
    customer: CustomerInput
    plan: str
    subscription: SubscriptionInput
    cancelled_on: date | None
    reason: str | None
    nothing_elapsed: bool

    @property
    def key(self) -> str:
        """What a row is known by from one import to the next."""
        return self.customer.external_id or ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be imported."""

    row: CsvRow
    problems: list[Problem]
