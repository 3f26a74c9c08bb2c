"""How an invoice looks from outside."""

from typing import Any

from billing.customers.views import address_view
from billing.database import Row
from billing.invoices.queries import is_overdue
from billing.shapes import instant

_COPIED = (
    "number", "customer_id", "subscription_id", "currency", "status", "reason", "issue_date",
    "due_date", "paid_date", "period_start", "period_end", "notes", "purchase_order",
)  # fmt: skip
_AMOUNTS = (
    "subtotal", "discount_total", "tax_total", "total", "amount", "credit_applied",
    "amount_paid", "amount_due",
)  # fmt: skip
_LINE = (
    "kind", "description", "quantity", "unit_amount", "amount", "period_start", "period_end",
    "plan_id", "discount_amount", "tax_amount",
)  # fmt: skip


def invoice_view(row: Row) -> dict[str, Any]:
    """The API's shape of an invoice."""
    return {
        "id": row["_id"],
        "object": "invoice",
        **{name: row.get(name) for name in _COPIED},
        **{name: row[name] for name in _AMOUNTS},
        "overdue": is_overdue(row),
        "line_items": [_line_view(line) for line in row["line_items"]],
        "discounts": row.get("discounts") or [],
        "taxes": row.get("taxes") or [],
        "seller": _seller_view(row.get("seller")),
        "customer": _customer_view(row.get("customer")),
        "metadata": row.get("metadata") or {},
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
        "finalized_at": instant(row.get("finalized_at")),
        "voided_at": instant(row.get("voided_at")),
    }


def _line_view(line: Row) -> dict[str, Any]:
    return {
        **{name: line.get(name) for name in _LINE},
        "tax_rate_ids": line.get("tax_rate_ids") or [],
        "explanation": line.get("explanation") or {},
    }


def _seller_view(seller: Row | None) -> dict[str, Any] | None:
    if not seller:
        return None
    address = address_view(seller.get("address"))
    return {"name": seller["name"], "address": address, "tax_id": seller.get("tax_id")}


def _customer_view(customer: Row | None) -> dict[str, Any] | None:
    if not customer:
        return None
    return {
        "name": customer["name"],
        "email": customer["email"],
        "address": address_view(customer.get("address")),
        "tax_ids": customer.get("tax_ids") or [],
        "tax_exempt": customer.get("tax_exempt", "none"),
        "locale": customer.get("locale", "en"),
    }
