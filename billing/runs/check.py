"""`flask billing check`: the invariants of the books, over the whole database.

Each rule streams through an index or one ordered pass, so memory does not grow with the books.
The numbers are those of the design's list of invariants.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice, pairwise
from operator import itemgetter

from billing.database import Row, database, streamed
from billing.invoices.models import CYCLE
from billing.invoices.states import STATUSES as INVOICE_STATUSES
from billing.runs.check_numbers import numbers_are_gapless
from billing.runs.queries import skipped_by
from billing.subscriptions.states import STATUSES as SUBSCRIPTION_STATUSES

_AT_A_TIME = 1000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Offence:
    """A rule, the object that breaks it, and how."""

    rule: str
    object_id: str
    message: str


def check_books(on_progress: Progress | None = None) -> list[Offence]:
    """Every offence found; `on_progress(rule, done, rules)` before each rule and after the last."""
    offences: list[Offence] = []
    for position, (rule, check) in enumerate(RULES.items()):
        if on_progress:
            on_progress(rule, position, len(RULES))
        offences.extend(Offence(rule, object_id, message) for object_id, message in check())
    if on_progress:
        on_progress("done", len(RULES), len(RULES))
    return offences


Found = Iterator[tuple[str, str]]


def _amounts_add_up() -> Found:
    """1. Lines make the subtotal, subtotal - discounts + taxes the total, and so to what is due."""
    owed = {"$subtract": ["$total", {"$add": ["$credit_applied", "$amount_paid"]}]}
    wrong = {
        "$or": [
            {"$ne": ["$subtotal", {"$sum": "$line_items.amount"}]},
            {"$ne": ["$total", {"$subtract": ["$subtotal", "$discount_total"]}]},
            {"$ne": ["$amount", "$total"]},
            {"$lt": ["$amount_due", 0]},
            {"$ne": ["$amount_due", {"$cond": [{"$eq": ["$status", "void"]}, 0, owed]}]},
        ]
    }  # taxes come with their rules; until then tax_total is 0
    for row in streamed("invoices", {"$expr": wrong}, {"_id": 1}):
        yield row["_id"], "its amounts do not add up"


def _numbers_only_when_issued() -> Found:
    """2. Drafts have no number, all others have one."""
    where = {
        "$or": [
            {"status": "draft", "number": {"$gt": ""}},
            {"status": {"$ne": "draft"}, "number": None},
        ]
    }
    for row in streamed("invoices", where, {"status": 1}):
        yield row["_id"], f"a number does not go with being {row['status']}"


def _periods_are_seamless() -> Found:
    """3. Periods billed begin at the start, neither overlap nor leave a hole, end at the last."""
    fields = {"subscription_id": 1, "period_start": 1, "period_end": 1, "_id": 0}
    order = [("subscription_id", 1), ("period_start", 1)]
    billed = streamed("invoices", {"reason": CYCLE}, fields).sort(order)
    wanted = {"start_date": 1, "current_period_end": 1}
    subscriptions = streamed("subscriptions", {}, wanted).sort("_id", 1)
    # Both come in the order of the subscription's id, so one pass over each joins them.
    merged = merge(
        ((row["_id"], 0, row) for row in subscriptions),
        ((period["subscription_id"], 1, period) for period in billed),
        key=itemgetter(0, 1),
    )
    for subscription_id, found in groupby(merged, key=itemgetter(0)):
        (_, kind, row), *periods = found
        if kind:
            yield subscription_id, "it is billed but does not exist"
        else:
            yield from _seams(subscription_id, row, [period for _, _, period in periods])


def _seams(subscription_id: str, row: Row, periods: list[Row]) -> Found:
    if periods and periods[0]["period_start"] != row["start_date"]:
        yield subscription_id, f"billed from {periods[0]['period_start']}, not its start"
    for before, after in pairwise(periods):
        if before["period_end"] != after["period_start"]:
            yield subscription_id, f"{before['period_end']} is followed by {after['period_start']}"
    if (periods[-1]["period_end"] if periods else None) != row.get("current_period_end"):
        yield subscription_id, "its current period is not the last one billed"


def _nobody_is_forgotten() -> Found:
    """4. After a completed run nothing that was due by its date is unbilled, the skipped apart."""
    run = database().billing_runs.find_one({"status": "completed"}, sort=[("_id", -1)])
    if run is None or not run.get("as_of_date"):
        return
    older = {"created_at": {"$lt": run["created_at"]}, "updated_at": {"$lt": run["created_at"]}}
    where = {"next_billing_date": {"$gt": "", "$lte": run["as_of_date"]}, **older}
    due = streamed("subscriptions", where, {"next_billing_date": 1})
    while rows := list(islice(due, _AT_A_TIME)):
        skipped = skipped_by(run["_id"], [row["_id"] for row in rows])
        for row in rows:
            if row["_id"] not in skipped:
                yield row["_id"], f"due since {row['next_billing_date']} and not billed"


def _payments_match() -> Found:
    """6. The payments of an invoice sum to its amount paid; none is without an invoice."""
    joined = database().payments.aggregate(
        [
            {"$match": {"status": "succeeded"}},
            {"$group": {"_id": "$invoice_id", "paid": {"$sum": "$amount"}}},
            {
                "$lookup": {
                    "from": "invoices",
                    "localField": "_id",
                    "foreignField": "_id",
                    "as": "invoice",
                }
            },
            {"$project": {"paid": 1, "claimed": {"$first": "$invoice.amount_paid"}}},
            {"$match": {"$expr": {"$ne": ["$paid", "$claimed"]}}},
        ],
        allowDiskUse=True,
    )
    for row in joined:
        yield row["_id"], f"payments come to {row['paid']}, the invoice says {row.get('claimed')}"
    unpaid = {"amount_paid": {"$gt": 0}}
    for row in streamed("invoices", unpaid, {"amount_paid": 1}):
        if database().payments.find_one({"invoice_id": row["_id"]}, {"_id": 1}) is None:
            yield row["_id"], f"{row['amount_paid']} is marked as paid without a payment"


def _states_are_known() -> Found:
    """7. Every state is one of the table, and a paid invoice has nothing due."""
    for row in streamed("invoices", {"status": {"$nin": list(INVOICE_STATUSES)}}):
        yield row["_id"], f"{row['status']} is no state of an invoice"
    for row in streamed("invoices", {"status": "paid", "amount_due": {"$ne": 0}}):
        yield row["_id"], "paid, yet something is due"
    for row in streamed("subscriptions", {"status": {"$nin": list(SUBSCRIPTION_STATUSES)}}):
        yield row["_id"], f"{row['status']} is no state of a subscription"


RULES: dict[str, Callable[[], Found]] = {
    "amounts add up": _amounts_add_up,
    "numbers are gapless": numbers_are_gapless,
    "numbers only when issued": _numbers_only_when_issued,
    "periods are seamless": _periods_are_seamless,
    "nobody is forgotten": _nobody_is_forgotten,
    "payments match": _payments_match,
    "states are known": _states_are_known,
}
