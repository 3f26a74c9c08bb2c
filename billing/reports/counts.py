"""How many customers there are, and subscriptions by status.

Those on test clocks are few and found by an index, subscriptions by their customers. They are taken
off what the other indexes answer by themselves: to leave them out there, every document would have
to be read.
"""

from collections import Counter
from collections.abc import Collection

from billing.customers.queries import clock_customers
from billing.database import Row, database
from billing.reports.sums import scope

_COUNTED = ("active", "trialing", "past_due")
_MADE_UP: Row = {"test_clock_id": {"$gt": ""}}


def counts(of: Collection[str] | None = None) -> Counter[str]:
    """`customers`, `active`, `trialing` and `past_due`, of these customers or of all."""
    found = Counter({"customers": _customers(of)})
    made_up = clock_customers() if of is None else of
    for sign, where, whose in ((1, {}, of), (-1, _MADE_UP, made_up)):
        theirs, index = scope(whose, "status")
        match = {"status": {"$in": _COUNTED}, **where, **theirs}
        groups = [{"$match": match}, {"$group": {"_id": "$status", "count": {"$sum": 1}}}]
        for group in database().subscriptions.aggregate(groups, hint=index):
            found[group["_id"]] += sign * group["count"]
    return found


def _customers(of: Collection[str] | None) -> int:
    counted, kept = database().customers, {"deleted_at": None}
    if of is not None:
        return counted.count_documents({"_id": {"$in": list(of)}, "test_clock_id": None, **kept})
    made_up = counted.count_documents({**kept, **_MADE_UP}, hint="test_clock")
    return counted.count_documents(kept) - made_up
