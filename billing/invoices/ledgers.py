"""What bills move beside the subscription: customers' credit, and lines that waited."""

from collections import defaultdict

from pymongo import ReturnDocument

from billing import clock
from billing.customers.credit import COLLECTION, credit_entry, credit_of
from billing.database import Row, database
from billing.errors import Conflict
from billing.ids import new_id
from billing.invoices.bill import Bill


class ChangedMeanwhile(Conflict):
    """What a bill was computed from is no longer as it was read; read it again."""

    code = "changed_meanwhile"
    is_lost_race = True


def move_credit(invoices: list[Row]) -> None:
    """Take from each customer what these invoices use of their credit, or add what they grant.

    In the transaction that writes the invoices. Raises ChangedMeanwhile when the credit was used
    elsewhere since it was read; credit that came in since waits for the next invoice.
    """
    moved: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for invoice in invoices:
        if invoice["credit_applied"]:
            moved[invoice["customer_id"], invoice["currency"]].append(invoice)
    entries = [
        entry
        for (customer_id, currency), theirs in moved.items()
        for entry in _move(customer_id, currency, theirs)
    ]
    if entries:
        database()[COLLECTION].insert_many(entries, ordered=False)


def _move(customer_id: str, currency: str, invoices: list[Row]) -> list[Row]:
    change = -sum(invoice["credit_applied"] for invoice in invoices)
    name = f"credit_balances.{currency}"
    enough = {name: {"$gte": -change}} if change < 0 else {}
    customer = database().customers.find_one_and_update(
        {"_id": customer_id, **enough},
        {"$inc": {name: change, "revision": 1}, "$set": {"updated_at": clock.now()}},
        return_document=ReturnDocument.AFTER,
    )
    if customer is None:
        raise ChangedMeanwhile("The customer's credit changed meanwhile.")
    balance, entries = credit_of(customer, currency) - change, []
    for invoice in invoices:
        amount = -invoice["credit_applied"]
        balance += amount
        reason = "negative_invoice" if amount > 0 else "applied_to_invoice"
        ids = {"invoice_id": invoice["_id"]}
        entries.append(credit_entry(customer_id, currency, amount, balance, reason, **ids))
    return entries


def bill_pending_items(bills: list[Bill]) -> None:
    """Note which waiting lines these bills invoice, and let new ones wait.

    In the transaction that writes the bills. Raises ChangedMeanwhile when one waits no more.
    """
    billed: dict[str, list[str]] = defaultdict(list)
    for bill in bills:
        for item_id, invoice_id in bill.billed:
            billed[invoice_id].append(item_id)
    for invoice_id, ids in billed.items():
        done = database().pending_items.update_many(
            {"_id": {"$in": ids}, "waiting": True},
            {"$set": {"invoice_id": invoice_id}, "$unset": {"waiting": 1}},
        )
        if done.modified_count != len(ids):
            raise ChangedMeanwhile("A line that waited was billed meanwhile.")
    if waiting := [item for bill in bills for item in _items(bill)]:
        database().pending_items.insert_many(waiting)


def _items(bill: Bill) -> list[Row]:
    row = bill.subscription
    return [
        {
            "_id": new_id("itm"),
            "customer_id": row["customer_id"],
            "subscription_id": row["_id"],
            "currency": bill.purse.currency,
            "line": line,
            "waiting": True,
            "created_at": clock.now(),
        }
        for line in bill.waiting
    ]
