"""The parties of an invoice as they are when it is issued."""

from datetime import date, datetime, timedelta

from billing.database import Row
from billing.schema import version_mark
from billing.seller import Seller


def seller_snapshot(seller: Seller) -> Row:
    """What an invoice keeps of the seller."""
    snapshot: Row = {
        "name": seller["name"],
        "address": seller["address"],
        "tax_id": seller["tax_id"],
    }
    for name in ("logo", "payment_instructions"):
        if value := seller.get(name):
            snapshot[name] = value
    return snapshot


def customer_snapshot(customer: Row) -> Row:
    """What an invoice keeps of a customer row."""
    snapshot = {
        "name": customer["name"],
        "email": customer["email"],
        "address": customer.get("billing_address") or customer.get("address"),
        "tax_ids": customer.get("tax_ids"),
        "tax_exempt": customer.get("tax_exempt", "none"),
        "locale": customer["preferences"]["locale"],
    }
    return {name: value for name, value in snapshot.items() if value}


def invoice_base(customer: Row, seller: Seller, issued: date, now: datetime) -> Row:
    """What invoices that are issued to a customer on a day share."""
    days = customer["preferences"]["payment_terms_days"]
    test_clock_id = customer.get("test_clock_id")
    return {
        "revision": 1,
        "customer_id": customer["_id"],
        "issue_date": issued.isoformat(),
        "due_date": (issued + timedelta(days=days)).isoformat(),
        "amount_paid": 0,
        "seller": seller_snapshot(seller),
        "customer": customer_snapshot(customer),
        "created_at": now,
        "updated_at": now,
        "finalized_at": now,
        **({"test_clock_id": test_clock_id} if test_clock_id else {}),
        **version_mark("invoices"),
    }
