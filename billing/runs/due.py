"""Which subscriptions a run has to look at."""

from datetime import date, timedelta

from billing import clock
from billing.database import Row

_EASTMOST = timedelta(hours=14)  # where today begins first, UTC+14


def due_filter(as_of: date | None, test_clock_id: str | None = None) -> Row:
    """Subscriptions with something to bill by `as_of`, or by today wherever it is latest.

    Those of one test clock, or else those on none: who lives on a clock is billed by advancing it.
    """
    latest = as_of or (clock.now() + _EASTMOST).date()
    return {
        "test_clock_id": test_clock_id,
        "next_billing_date": {"$gt": "", "$lte": latest.isoformat()},
    }


DUE_ORDER = [("next_billing_date", 1), ("_id", 1)]
