"""Which invoices somebody is to be reminded of."""

from collections.abc import Iterator
from datetime import date, timedelta

from billing import clock
from billing.database import Row, streamed
from billing.dunning.schedule import first_date
from billing.invoices.models import Invoice
from billing.seller import current_seller

_EASTMOST = timedelta(hours=14)  # where today begins first, UTC+14
_FIELDS = {"customer_id": 1, "due_date": 1, "dunning.next_date": 1}


def due_reminders(as_of: date | None = None, test_clock_id: str | None = None) -> Iterator[Row]:
    """Open invoices with a step due by `as_of`, or by today wherever it is latest.

    Rows {_id, customer_id, due_on: ISO date of the step}. Of one test clock's customers, or else
    of those who live on none.
    """
    latest = as_of or (clock.now() + _EASTMOST).date()
    whose = {"test_clock_id": test_clock_id}
    going = {**whose, "dunning.next_date": {"$gt": "", "$lte": latest.isoformat()}}
    for row in streamed("invoices", going, _FIELDS):
        yield _row(row, row["dunning"]["next_date"])
    days = current_seller()["dunning"]["days"]
    if not days:
        return
    first = timedelta(days=days[0])
    due: Row = {"$gt": "", "$lte": (latest - first).isoformat()}
    untold = {"dunning.ended": None, "dunning.step": None}
    fresh = {**whose, "status": "open", "due_date": due, **untold}
    index = "test_clock" if test_clock_id else "dunning_board"
    for row in streamed("invoices", fresh, _FIELDS).hint(index):
        yield _row(row, (date.fromisoformat(row["due_date"]) + first).isoformat())


def first_reminder(invoice: Invoice) -> date | None:
    """When an open invoice will first be reminded of, unless it is paid or that has begun."""
    if invoice.status != "open" or invoice.dunning:
        return None
    return first_date(invoice.due_date, current_seller()["dunning"]["days"])


def _row(row: Row, due_on: str) -> Row:
    return {"_id": row["_id"], "customer_id": row["customer_id"], "due_on": due_on}
