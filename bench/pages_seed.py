"""A large business: the believable one's rows, copied until there are as many as are asked for.

Its books are in order: numbers without gaps, periods that follow one another, payments that match.
"""

import copy
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from pymongo.write_concern import WriteConcern

from billing import clock
from billing.database import Row, database
from billing.ids import new_id
from tests.portal.believable import Business

_BATCH = 2000
_INVOICES_EACH = 10
_DAYS = 700
_SERIES = "BENCH"
_PERIOD = timedelta(days=30)
_NO_NOTES = {"credit_applied": 0, "credit_note_total": 0, "credited_total": 0}
_STATUSES = ("paid",) * 18 + ("open", "void")


def multiply(of: Business, customers: int) -> dict[str, int]:
    """Add so many customers, each with a subscription, ten invoices, their payments and events.

    Returns how many rows each collection then has.
    """
    chance = Random(1)
    ids = [(new_id("cus"), new_id("sub")) for _ in range(customers)]
    _fill("customers", _copies(_sample("customers", of.customer), ids, _as_customer))
    _fill("subscriptions", _copies(_sample("subscriptions", of.subscription), ids, _as_subscribed))
    # Ids ascend with the time, as they do in life.
    instants = sorted(chance.randrange(_DAYS * 86400) for _ in range(customers * _INVOICES_EACH))
    since = clock.now() - timedelta(days=_DAYS)
    invoice = _sample("invoices", of.invoice)
    payment = _sample("payments", of.payment)
    event = database().events.find_one({"type": "invoice.finalized"}) or {}
    for start in range(0, len(instants), _BATCH):
        batch = [
            _as_invoice(invoice, start + n, since + timedelta(seconds=seconds), ids, chance)
            for n, seconds in enumerate(instants[start : start + _BATCH])
        ]
        _insert("invoices", batch)
        _insert("payments", [_as_payment(payment, row) for row in batch if row["amount_paid"]])
        _insert("events", [_as_event(event, row) for row in batch])
    database().counters.insert_one({"_id": _SERIES, "last": len(instants)})
    names = ("customers", "subscriptions", "invoices", "payments", "events")
    return {name: database()[name].estimated_document_count() for name in names}


def _sample(collection: str, id_: str) -> Row:
    return database()[collection].find_one({"_id": id_}) or {}


def _copies(sample: Row, ids: list[tuple[str, str]], change: Any) -> Iterator[Row]:
    for number, pair in enumerate(ids):
        row = copy.deepcopy(sample)
        change(row, number, *pair)
        yield row


def _as_customer(row: Row, number: int, customer_id: str, _: str) -> None:
    row |= {
        "_id": customer_id,
        "name": f"Example Company {number}",
        "email": f"office{number}@company.example",
        "external_id": f"bench-{number}",
    }


def _as_subscribed(row: Row, number: int, customer_id: str, subscription_id: str) -> None:
    row |= {"_id": subscription_id, "customer_id": customer_id}
    soon = _billed_until(number)
    row["next_billing_date"] = row["current_period_end"] = soon.isoformat()
    row["current_period_start"] = (soon - _PERIOD).isoformat()
    row["start_date"] = (soon - _INVOICES_EACH * _PERIOD).isoformat()


def _billed_until(number: int) -> date:
    """The day on which the next period of that subscription begins."""
    return clock.today() + timedelta(days=1 + number % 30)


def _as_invoice(
    sample: Row, number: int, at: datetime, ids: list[tuple[str, str]], chance: Random
) -> Row:
    customer_id, subscription_id = ids[number % len(ids)]
    status, issued = chance.choice(_STATUSES), at.date()
    due, total = issued + timedelta(days=14), sample["amount"]
    paid = total if status == "paid" else 0
    begins = _billed_until(number % len(ids)) - (_INVOICES_EACH - number // len(ids)) * _PERIOD
    return {
        **sample,
        **_NO_NOTES,
        "_id": new_id("inv"),
        "number": f"{_SERIES}-{number + 1:06}",
        "customer_id": customer_id,
        "subscription_id": subscription_id,
        "status": status,
        "reason": "subscription_cycle",
        "period_start": begins.isoformat(),
        "period_end": (begins + _PERIOD).isoformat(),
        "issue_date": issued.isoformat(),
        "due_date": due.isoformat(),
        "paid_date": due.isoformat() if paid else None,
        "amount_paid": paid,
        "amount_due": total if status == "open" else 0,
        "created_at": at,
        "updated_at": at,
    }


def _as_payment(sample: Row, invoice: Row) -> Row:
    return {
        **sample,
        "_id": new_id("pay"),
        "invoice_id": invoice["_id"],
        "customer_id": invoice["customer_id"],
        "amount": invoice["amount_paid"],
        "refunded_amount": 0,
        "status": "succeeded",
        "created_at": invoice["created_at"],
    }


def _as_event(sample: Row, invoice: Row) -> Row:
    row = {key: value for key, value in sample.items() if key not in {"seq", "unsequenced"}}
    row |= {"_id": new_id("evt"), "object_id": invoice["_id"]}
    return row | {"customer_id": invoice["customer_id"], "created_at": invoice["created_at"]}


def _fill(collection: str, rows: Iterator[Row]) -> None:
    while batch := list(islice(rows, _BATCH)):
        _insert(collection, batch)


def _insert(collection: str, rows: list[Row]) -> None:
    target = database().get_collection(collection, write_concern=WriteConcern(1))
    target.insert_many(rows, ordered=False)
