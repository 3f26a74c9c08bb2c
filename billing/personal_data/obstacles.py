"""What has to end before somebody can be erased."""

from typing import NamedTuple

from billing.actors import current_actor
from billing.database import Row, database
from billing.money import format_money
from billing.personal_data.subjects import Subject
from billing.subscriptions.states import LIVE
from billing.users.models import User

_NAMED = 10


class Obstacle(NamedTuple):
    """Something that is under way, as a key of SENTENCES, and what it is by name."""

    kind: str
    names: list[str]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.kind].format(names=", ".join(self.names))


SENTENCES = {
    "subscriptions": "Cancel the subscriptions that run: {names}.",
    "invoices": "Settle, void or delete the open invoices and drafts: {names}.",
    "payments": "Wait for the payments that are under way: {names}.",
    "refunds": "Wait for the refunds that are under way: {names}.",
    "credit": "Pay out or adjust the credit: {names}.",
    "oneself": "Somebody else has to do it: you cannot erase yourself.",
    "last_admin": "Make somebody else an admin first: this is the only active one.",
}


def obstacles_to(subject: Subject) -> list[Obstacle]:
    """What is under way; empty when nothing is."""
    return _of_customer(subject.customer_id) if subject.customer_id else _of_user(subject.id)


def _of_customer(customer_id: str) -> list[Obstacle]:
    own: Row = {"customer_id": customer_id}
    served = {"$or": [{"status": {"$in": sorted(LIVE)}}, {"next_billing_date": {"$gt": ""}}]}
    found = {
        "subscriptions": _ids("subscriptions", own | served),
        "invoices": _ids("invoices", {**own, "status": {"$in": ["draft", "open"]}}, "number"),
        "payments": _ids("payments", {**own, "status": "pending"}),
        "refunds": _ids("refunds", {**own, "status": "pending"}),
        "credit": _credit(customer_id),
    }
    return [Obstacle(kind, names) for kind, names in found.items() if names]


def _ids(collection: str, where: Row, shown: str = "_id") -> list[str]:
    rows = list(database()[collection].find(where, {shown: 1}).limit(_NAMED + 1))
    names = [str(row.get(shown) or row["_id"]) for row in rows]
    return names if len(names) <= _NAMED else [*names[:_NAMED], "…"]


def _credit(customer_id: str) -> list[str]:
    row = database().customers.find_one({"_id": customer_id}, {"credit_balances": 1}) or {}
    balances = (row.get("credit_balances") or {}).items()
    return [format_money(amount, currency) for currency, amount in balances if amount]


def _of_user(user_id: str) -> list[Obstacle]:
    if current_actor().id == user_id:
        return [Obstacle("oneself", [])]
    others = {"role": "admin", "status": "active", "id__ne": user_id}
    is_admin = User.objects(id=user_id, role="admin", status="active").first() is not None
    if is_admin and User.objects(**others).first() is None:
        return [Obstacle("last_admin", [])]
    return []
