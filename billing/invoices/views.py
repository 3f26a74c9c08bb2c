"""How an invoice looks from outside."""

from typing import Any

from billing import clock
from billing.addresses import address_view
from billing.database import Row
from billing.invoices.queries import is_overdue
from billing.shapes import instant

# Written out field by field: lists are made of these, and a loop over names takes twice as long.


def invoice_views(rows: list[Row]) -> list[dict[str, Any]]:
    """The API's shapes of invoices."""
    today = clock.today().isoformat()
    return [invoice_view(row, today) for row in rows]


def invoice_view(row: Row, today: str | None = None) -> dict[str, Any]:
    """The API's shape of an invoice; `today` is an ISO date, the present one unless given."""
    get = row.get
    return {
        "id": row["_id"],
        "object": "invoice",
        "number": get("number"),
        "customer_id": get("customer_id"),
        "subscription_id": get("subscription_id"),
        "currency": get("currency"),
        "status": get("status"),
        "reason": get("reason"),
        "issue_date": get("issue_date"),
        "due_date": get("due_date"),
        "paid_date": get("paid_date"),
        "period_start": get("period_start"),
        "period_end": get("period_end"),
        "notes": get("notes"),
        "legal_note": get("legal_note"),
        "purchase_order": get("purchase_order"),
        **_amounts_view(row),
        "overdue": is_overdue(row, today),
        "line_items": [line_view(line) for line in get("line_items") or []],
        "discounts": get("discounts") or [],
        "taxes": get("taxes") or [],
        "seller": _seller_view(get("seller")),
        "customer": _customer_view(get("customer")),
        "dunning": _dunning_view(get("dunning")),
        "metadata": get("metadata") or {},
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
        "finalized_at": instant(get("finalized_at")),
        "voided_at": instant(get("voided_at")),
    }


def _amounts_view(row: Row) -> dict[str, int]:
    return {
        "subtotal": row["subtotal"],
        "discount_total": row["discount_total"],
        "tax_total": row["tax_total"],
        "total": row["total"],
        "amount": row["amount"],
        "credit_applied": row["credit_applied"],
        "amount_paid": row["amount_paid"],
        "credit_note_total": row.get("credit_note_total", 0),
        "amount_due": row["amount_due"],
    }


def line_view(line: Row) -> dict[str, Any]:
    """The API's shape of a line item."""
    get = line.get
    return {
        "kind": get("kind"),
        "description": get("description"),
        "quantity": get("quantity"),
        "unit_amount": get("unit_amount"),
        "amount": get("amount"),
        "period_start": get("period_start"),
        "period_end": get("period_end"),
        "plan_id": get("plan_id"),
        "discount_amount": get("discount_amount"),
        "tax_amount": get("tax_amount"),
        "tax_rate_ids": get("tax_rate_ids") or [],
        "explanation": get("explanation") or {},
    }


def _dunning_view(dunning: Row | None) -> dict[str, Any] | None:
    if not dunning:
        return None
    return {
        "step": dunning["step"],
        "next_date": dunning.get("next_date"),
        "paused_until": (dunning.get("paused") or {}).get("until"),
        "ended": dunning["ended"],
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
