"""How payments and refunds look from outside."""

from typing import Any

from billing.database import Row
from billing.payments.queries import refunds_of
from billing.reading import is_left_out
from billing.shapes import instant


def payment_view(row: Row) -> dict[str, Any]:
    """The API's shape of a payment."""
    return payment_views([row])[0]


def payment_views(rows: list[Row]) -> list[dict[str, Any]]:
    """The API's shapes of payments, each with its refunds."""
    refunds = {} if is_left_out("refunds") else refunds_of([row["_id"] for row in rows])
    return [_view(row, refunds.get(row["_id"], [])) for row in rows]


def _view(row: Row, refunds: list[Row]) -> dict[str, Any]:
    return {
        "id": row["_id"],
        "object": "payment",
        "invoice_id": row["invoice_id"],
        "customer_id": row["customer_id"],
        "amount": row["amount"],
        "currency": row["currency"],
        "method": row["method"],
        "provider": row["provider"],
        "provider_reference": row.get("provider_reference"),
        "status": row["status"],
        "paid_date": row.get("paid_date"),
        "failure_code": row.get("failure_code"),
        "credited_amount": row.get("credited_amount", 0),
        "refunded_amount": row.get("refunded_amount", 0),
        "refunds": [_refund_view(refund) for refund in refunds],
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }


def _refund_view(row: Row) -> dict[str, Any]:
    return {
        "id": row["_id"],
        "object": "refund",
        "amount": row["amount"],
        "status": row["status"],
        "refund_date": row["refund_date"],
        "credit_note_id": row.get("credit_note_id"),
        "reason": row.get("reason"),
        "failure_code": row.get("failure_code"),
        "created_at": instant(row["created_at"]),
    }
