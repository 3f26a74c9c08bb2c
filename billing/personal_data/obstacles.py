"""What has to end before somebody can be erased."""

from collections.abc import Iterator
from functools import reduce

from billing.actors import current_actor
from billing.database import Row, database
from billing.money import format_money
from billing.personal_data.subjects import Subject
from billing.phrases import Phrase
from billing.subscriptions.states import LIVE
from billing.users.models import User

_NAMED = 10


def obstacles_to(subject: Subject) -> list[Phrase]:
    """Each in a sentence that names what is under way; empty when nothing is."""
    found = _of_customer(subject.customer_id) if subject.customer_id else _of_user(subject.id)
    return list(found)


def all_of(obstacles: list[Phrase]) -> Phrase:
    """Several of them, one after the other."""
    return reduce(lambda one, next_: Phrase("%(one)s %(next)s", one=one, next=next_), obstacles)


def _of_customer(customer_id: str) -> Iterator[Phrase]:
    own: Row = {"customer_id": customer_id}
    served = {"$or": [{"status": {"$in": sorted(LIVE)}}, {"next_billing_date": {"$gt": ""}}]}
    if names := _ids("subscriptions", own | served):
        yield Phrase("Cancel the subscriptions that run: %(names)s.", names=names)
    unsettled = {**own, "status": {"$in": ["draft", "open"]}}
    if names := _ids("invoices", unsettled, "number"):
        yield Phrase("Settle or void the open invoices and drafts: %(names)s.", names=names)
    if names := _ids("payments", {**own, "status": "pending"}):
        yield Phrase("Wait for the payments that are under way: %(names)s.", names=names)
    if names := _ids("refunds", {**own, "status": "pending"}):
        yield Phrase("Wait for the refunds that are under way: %(names)s.", names=names)
    if names := _credit(customer_id):
        yield Phrase("Pay out or adjust the credit: %(names)s.", names=names)


def _ids(collection: str, where: Row, shown: str = "_id") -> str:
    rows = list(database()[collection].find(where, {shown: 1}).limit(_NAMED + 1))
    names = [str(row.get(shown) or row["_id"]) for row in rows]
    return ", ".join(names if len(names) <= _NAMED else [*names[:_NAMED], "…"])


def _credit(customer_id: str) -> str:
    row = database().customers.find_one({"_id": customer_id}, {"credit_balances": 1}) or {}
    balances = (row.get("credit_balances") or {}).items()
    return ", ".join(format_money(amount, currency) for currency, amount in balances if amount)


def _of_user(user_id: str) -> Iterator[Phrase]:
    if current_actor().id == user_id:
        yield Phrase("Somebody else has to do it: you cannot erase yourself.")
    others = {"role": "admin", "status": "active", "id__ne": user_id}
    is_admin = User.objects(id=user_id, role="admin", status="active").first() is not None
    if is_admin and User.objects(**others).first() is None:
        yield Phrase("Make somebody else an admin first: this is the only active one.")
