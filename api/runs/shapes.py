"""How a billing run and its proof sheet look."""

from typing import Literal

from api.query import CreatedFilter, PageQuery
from api.shape import DateText, Id, Instant, Shape


class RunProgress(Shape):
    """How far a run has got, in subscriptions."""

    done: int
    total: int


class RunSum(Shape):
    """What was invoiced in one currency, in its smallest unit."""

    currency: str
    invoices: int
    amount: int


class RunSkip(Shape):
    """A subscription that could not be billed, and why."""

    subscription_id: Id
    customer_id: Id
    code: str
    message: str


class BillingRun(Shape):
    """A billing run with its proof sheet: due = invoiced + skipped."""

    id: Id | None
    """null for a dry run, which is not kept."""
    object: Literal["billing_run"]
    dry_run: bool
    status: Literal["preparing", "running", "interrupted", "stopped", "refused", "completed"]
    progress: RunProgress | None
    as_of_date: DateText | None
    """null: each customer's own today."""
    due: int
    invoiced: int
    skipped: int
    ended: int
    """Subscriptions whose end was reached."""
    still_due: int | None
    """Subscriptions due after the run, counted anew; null before its end."""
    sums: list[RunSum]
    skips: list[RunSkip]
    """The first 1,000."""
    created_at: Instant | None
    finished_at: Instant | None


class RunQuery(PageQuery, CreatedFilter):
    """Which page of the list."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
