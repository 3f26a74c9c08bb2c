"""Who issues the invoices: one document, read when an invoice is made."""

from typing import Any, TypedDict, cast

from billing.database import database, declare_indexes

declare_indexes("settings")


class Seller(TypedDict):
    """The seller's particulars as they are frozen into invoices, and the number series' prefix."""

    name: str
    address: dict[str, str] | None
    tax_id: str | None
    invoice_prefix: str


_DEFAULT = Seller(name="Your company", address=None, tax_id=None, invoice_prefix="INV")


def current_seller() -> Seller:
    """The seller's particulars, defaults where none were saved."""
    saved: dict[str, Any] = database().settings.find_one({"_id": "seller"}, {"_id": 0}) or {}
    return cast("Seller", {**_DEFAULT, **saved})
