"""How a credit note looks from outside."""

from typing import Any

from billing.database import Row
from billing.shapes import instant


def credit_note_view(row: Row) -> dict[str, Any]:
    """The API's shape of a credit note; a preview has no id, number or instants."""
    return {
        "id": row.get("_id"),
        "object": "credit_note",
        "number": row.get("number"),
        "invoice_id": row.get("invoice_id"),
        "customer_id": row["customer_id"],
        "currency": row["currency"],
        "status": row["status"],
        "reason": row.get("reason"),
        "issue_date": row["issue_date"],
        "lines": [_line_view(line) for line in row["lines"]],
        "subtotal": row["subtotal"],
        "tax_total": row["tax_total"],
        "taxes": row.get("taxes") or [],
        "total": row["total"],
        "due_reduction": row["due_reduction"],
        "refund_amount": row["refund_amount"],
        "credit_amount": row["credit_amount"],
        "created_at": instant(row.get("created_at")),
        "updated_at": instant(row.get("updated_at")),
        "voided_at": instant(row.get("voided_at")),
    }


def _line_view(line: Row) -> dict[str, Any]:
    names = ("line", "description", "amount", "tax_amount")
    return {name: line[name] for name in names}
