"""The parties of an invoice as they are when it is issued."""

from billing.database import Row
from billing.seller import Seller


def seller_snapshot(seller: Seller) -> Row:
    """What an invoice keeps of the seller."""
    return {"name": seller["name"], "address": seller["address"], "tax_id": seller["tax_id"]}


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
