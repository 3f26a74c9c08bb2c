"""Customer credit: what a customer has in hand in each currency, and every entry that made it so.

The balance stands on the customer and moves only together with an entry, in the transaction of
whatever caused it; the entries of a customer and currency always sum to the balance.
"""

from typing import Any, Unpack

from pymongo import ReturnDocument

from billing import clock
from billing.actors import own_customer_id
from billing.database import Row, database
from billing.errors import Conflict
from billing.ids import new_id
from billing.pages import Page, PageArguments, PageRequest, paginate

COLLECTION = "credit_entries"


class CreditInsufficient(Conflict):
    """More is to be used than the customer has."""

    code = "credit_insufficient"


def credit_of(customer: Row, currency: str | None = None) -> int:
    """What a customer row has in `currency`, its own where left out, in smallest units."""
    balances = customer.get("credit_balances") or {}
    return int(balances.get(currency or customer["preferences"]["currency"], 0))


def credit_entry(
    customer_id: str, currency: str, amount: int, balance: int, reason: str, **ids: str | None
) -> Row:
    """A row of `credit_entries`: positive was granted, negative used; `balance` is after it.

    `ids` name what caused it: invoice_id, credit_note_id, payment_id.
    """
    return {
        "_id": new_id("crd"),
        "customer_id": customer_id,
        "currency": currency,
        "amount": amount,
        "balance": balance,
        "reason": reason,
        **{name: value for name, value in ids.items() if value},
        "created_at": clock.now(),
    }


def add_credit(
    customer_id: str, currency: str, amount: int, *, reason: str, **ids: str | None
) -> int:
    """Grant credit, or use it where `amount` is negative; the balance afterwards.

    To be called inside a transaction. `ids` as in credit_entry. Raises CreditInsufficient.
    """
    name = f"credit_balances.{currency}"
    where: dict[str, Any] = {"_id": customer_id}
    if amount < 0:
        where[name] = {"$gte": -amount}
    row = database().customers.find_one_and_update(
        where,
        {"$inc": {name: amount, "revision": 1}, "$set": {"updated_at": clock.now()}},
        return_document=ReturnDocument.AFTER,
    )
    if row is None:
        raise CreditInsufficient("The customer does not have that much credit.", field="amount")
    balance = credit_of(row, currency)
    entry = credit_entry(customer_id, currency, amount, balance, reason, **ids)
    database()[COLLECTION].insert_one(entry)
    return balance


def list_credit_entries(
    customer_id: str, currency: str | None = None, **page: Unpack[PageArguments]
) -> Page:
    """A customer's entries, newest first; an empty page for somebody else's customer."""
    where: Row = {"customer_id": customer_id}
    if currency:
        where["currency"] = currency
    if own_customer_id() not in {None, customer_id}:
        where["_id"] = ""
    return paginate(COLLECTION, where, PageRequest(**page), sorts={"created_at": "_id"})
