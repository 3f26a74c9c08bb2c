"""Finding invoices. A customer's own actor finds only its own, and no drafts."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any, Unpack, cast

from billing import clock
from billing.actors import own_customer_id
from billing.adoption import adopt_time_of, times_of
from billing.customers.queries import find_customer_ids
from billing.database import Row, database
from billing.invoices.errors import InvoiceNotFound
from billing.invoices.models import Invoice
from billing.invoices.states import STATUSES
from billing.pages import Page, PageArguments, PageRequest, days_between, paginate

SORTS = {"created_at": "_id", "due_date": "due_date", "issue_date": "issue_date"}
_NUMBER = re.compile(r"^[A-Z0-9]+-\d{4,}(-\d*)?$")


def find_invoice(invoice_id: str) -> Invoice | None:
    """The invoice, or None. An operation lives at its test clock's time."""
    found: Invoice | None = Invoice.objects(__raw__=_visible({"_id": invoice_id})).first()
    if found is not None:
        adopt_time_of(found.test_clock_id)
    return found


def get_invoice(invoice_id: str) -> Invoice:
    """The invoice. Raises InvoiceNotFound."""
    if (invoice := find_invoice(invoice_id)) is None:
        raise InvoiceNotFound("There is no such invoice.")
    return invoice


def get_invoice_row(invoice_id: str) -> Row:
    """The invoice as it is stored. Raises InvoiceNotFound."""
    if (row := database().invoices.find_one(_visible({"_id": invoice_id}))) is None:
        raise InvoiceNotFound("There is no such invoice.")
    return row


def invoices_of_ids(ids: Collection[str]) -> list[Row]:
    """The rows of these invoices, in one query, and one for the test clocks that some live on."""
    rows = list(database().invoices.find(_visible({"_id": {"$in": list(ids)}})))
    _say_today(rows)
    return rows


class InvoiceArguments(PageArguments, total=False):
    """Dates of a list of invoices beside those of every list: from inclusive, before exclusive."""

    issued_from: date | None
    issued_before: date | None
    due_from: date | None
    due_before: date | None


def list_invoices(
    *,
    status: str | None = None,
    overdue: bool | None = None,
    customer_id: str | None = None,
    subscription_id: str | None = None,
    number: str | None = None,
    currency: str | None = None,
    q: str | None = None,
    **bounds: Unpack[InvoiceArguments],
) -> Page:
    """Invoices, newest first; overdue ones by due date, the longest overdue first.

    `q` is an id, the beginning of a number such as INV-2026, or finds the invoices of matching
    customers.
    """
    exact = {
        "status": status,
        "customer_id": customer_id,
        "subscription_id": subscription_id,
        "number": number,
        "currency": currency,
    }
    clauses: list[Row] = [{name: value} for name, value in exact.items() if value is not None]
    issued, due = _days(bounds)
    page = cast(PageArguments, bounds)  # what is left
    if overdue is not None:
        clauses.append(_overdue(overdue))
    if text := (q or "").strip():
        clauses.append(_search(text))
    if overdue and not page.get("sort"):
        page["sort"] = "due_date"
    if (due or (page.get("sort") or "").endswith("due_date")) and status is None:
        # The index begins with the status: MongoDB merges what is sorted under each.
        clauses.append({"status": {"$in": list(STATUSES)}})
    clauses += issued + due
    where = _visible({"$and": clauses} if clauses else {})
    found = paginate("invoices", where, PageRequest(**page), sorts=SORTS)
    _say_today(found.items)
    return found


def _days(bounds: InvoiceArguments) -> tuple[list[Row], list[Row]]:
    """The clauses for days of issue and due dates, which are taken out of `bounds`."""
    first, before = bounds.pop("issued_from", None), bounds.pop("issued_before", None)
    issued = days_between("issue_date", first, before)
    first, before = bounds.pop("due_from", None), bounds.pop("due_before", None)
    return issued, days_between("due_date", first, before)


def is_overdue(row: Row, today: str | None = None) -> bool:
    """Open and past its due date: a fact about today, not a state.

    `today` is an ISO date, for who asks of many invoices at once; invoices of customers on a test
    clock have their own.
    """
    due = row.get("due_date")
    if row["status"] != "open" or due is None:
        return False
    if row.get("test_clock_id"):
        _say_today([row])
        today = row["today"]
    return bool(due < (today or clock.today().isoformat()))


def _say_today(rows: list[Row]) -> None:
    """Put `today` into rows of customers on test clocks: the date there, in one query."""
    made_up = [row for row in rows if row.get("test_clock_id") and "today" not in row]
    times = times_of(row["test_clock_id"] for row in made_up)
    for row in made_up:
        row["today"] = times.get(row["test_clock_id"], clock.now()).date().isoformat()


def latest_invoice_ids(subscription_ids: list[str]) -> dict[str, str]:
    """Each subscription's newest invoice, in one query."""
    if len(subscription_ids) == 1:
        where = {"subscription_id": subscription_ids[0]}
        newest = database().invoices.find_one(where, {"subscription_id": 1}, sort=[("_id", -1)])
        return {subscription_ids[0]: newest["_id"]} if newest else {}
    groups = database().invoices.aggregate(
        [
            {"$match": {"subscription_id": {"$in": subscription_ids}}},
            {"$group": {"_id": "$subscription_id", "newest": {"$max": "$_id"}}},
        ]
    )
    return {group["_id"]: group["newest"] for group in groups}


def invoice_numbers(invoice_ids: list[str]) -> dict[str, str]:
    """Id to number, in one query; drafts have none."""
    where = {"_id": {"$in": list(set(invoice_ids))}, "number": {"$gt": ""}}
    return {row["_id"]: row["number"] for row in database().invoices.find(where, {"number": 1})}


def customers_owing(customer_ids: Collection[str]) -> set[str]:
    """Those of the customers who owe something, or may once a draft is finalised."""
    where = {"customer_id": {"$in": list(customer_ids)}, "status": {"$in": ["draft", "open"]}}
    return set(database().invoices.distinct("customer_id", where))


def _overdue(overdue: bool) -> Row:
    today = clock.today().isoformat()
    if overdue:
        return {"status": "open", "due_date": {"$lt": today}}
    settled = {"status": {"$in": [status for status in STATUSES if status != "open"]}}
    return {"$or": [settled, {"status": "open", "due_date": {"$gte": today}}]}


def _search(q: str) -> Row:
    if q.startswith("inv_"):
        return {"_id": q}
    if _NUMBER.match(q.upper()):
        return {"number": {"$gte": q.upper(), "$lt": f"{q.upper()}~"}}
    whole = {"number": q}  # what was imported has numbers of any form
    if database().invoices.find_one(whole, {"_id": 1}):
        return whole
    return {"customer_id": {"$in": find_customer_ids(q)}}


def _visible(where: Row) -> Row:
    own = own_customer_id()
    if own is None:
        return where
    mine: dict[str, Any] = {"customer_id": own, "status": {"$ne": "draft"}}
    return {"$and": [where, mine]} if where else mine
