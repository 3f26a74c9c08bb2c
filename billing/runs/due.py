"""Which subscriptions a run has to look at."""

from datetime import date, timedelta

from billing import clock
from billing.database import Row

_EASTMOST = timedelta(hours=14)  # where today begins first, UTC+14


def due_filter(as_of: date | None) -> Row:
    """Subscriptions with something to bill by `as_of`, or by today wherever it is latest."""
    latest = as_of or (clock.now() + _EASTMOST).date()
    return {"next_billing_date": {"$gt": "", "$lte": latest.isoformat()}}


DUE_ORDER = [("next_billing_date", 1), ("_id", 1)]
