"""The final count, by queries of its own and by the product's check of the books."""

from collections import defaultdict

from billing.database import Row, database
from billing.runs.check import check_books
from drills.report import Report


def count_books(report: Report) -> None:
    """Every counter that must be nought whatever was done to the servers."""
    report.zero("periods billed twice", doubled_periods())
    gaps, twice = number_faults()
    report.zero("number gaps", gaps)
    report.zero("numbers given twice", twice)
    report.zero("unbalanced invoices", unbalanced_invoices())
    report.zero("payments and invoices differ by", ledger_difference())
    lost, doubled = event_faults()
    report.zero("events lost", lost)
    report.zero("events doubled", doubled)
    offences = check_books()
    for offence in offences[:5]:
        print(f"           {offence.rule}: {offence.object_id}: {offence.message}")
    report.zero("offences found by billing check", len(offences))


def doubled_periods() -> int:
    """Subscriptions' periods with more than one invoice."""
    cycle = {"reason": "subscription_cycle"}
    key = {"subscription": "$subscription_id", "from": "$period_start"}
    return _more_than_one("invoices", cycle, key)


def number_faults() -> tuple[int, int]:
    """Numbers that are missing from their series, and numbers that stand on two documents."""
    series: dict[str, list[int]] = defaultdict(list)
    for collection in ("invoices", "credit_notes"):
        numbered = {"number": {"$gt": ""}, "imported_from": None}
        for row in database()[collection].find(numbered, {"number": 1}):
            name, _, number = row["number"].rpartition("-")
            series[name].append(int(number))
    gaps = sum(max(numbers) - len(set(numbers)) for numbers in series.values())
    return gaps, sum(len(numbers) - len(set(numbers)) for numbers in series.values())


def unbalanced_invoices() -> int:
    """Invoices of which lines, total and what was paid do not come out even."""
    parts = ("credit_applied", "amount_paid", "amount_due", "credit_note_total")
    fields = dict.fromkeys((*parts, "total", "subtotal", "line_items.amount"), 1)
    rows = database().invoices.find({"status": {"$in": ["open", "paid"]}}, fields)
    return sum(1 for row in rows if not _is_balanced(row, parts))


def _is_balanced(row: Row, parts: tuple[str, ...]) -> bool:
    lines = sum(line["amount"] for line in row["line_items"])
    settled = sum(row.get(part, 0) for part in parts)
    return bool(lines == row["subtotal"] and settled == row["total"])


def ledger_difference() -> int:
    """How far apart payments and what invoices say was paid are, in smallest units."""
    kept = {"status": {"$in": ["succeeded", "refunded", "partially_refunded"]}}
    applied = sum(
        row["amount"] - row["credited_amount"]
        for row in database().payments.find(kept, {"amount": 1, "credited_amount": 1})
    )
    paid = sum(row["amount_paid"] for row in database().invoices.find({}, {"amount_paid": 1}))
    return int(abs(applied - paid))


def event_faults() -> tuple[int, int]:
    """Objects without the event of their beginning, and objects with more than one."""
    lost = doubled = 0
    paid = {"status": {"$in": ["succeeded", "refunded", "partially_refunded"]}}
    for collection, kind, where in (
        ("invoices", "invoice.finalized", {"number": {"$gt": ""}}),
        ("payments", "payment.succeeded", paid),
    ):
        there = {row["_id"] for row in database()[collection].find(where, {"_id": 1})}
        told = {row["object_id"] for row in database().events.find({"type": kind})}
        lost += len(there - told)
        doubled += _more_than_one("events", {"type": kind}, "$object_id")
    return lost, doubled


def _more_than_one(collection: str, where: Row, key: object) -> int:
    stages: list[Row] = [
        {"$match": where},
        {"$group": {"_id": key, "count": {"$sum": 1}}},
        {"$match": {"count": {"$gt": 1}}},
        {"$count": "found"},
    ]
    found = list(database()[collection].aggregate(stages, allowDiskUse=True))
    return int(found[0]["found"]) if found else 0
