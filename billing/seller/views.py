"""How the settings look from outside."""

from typing import Any

from billing.addresses import address_view
from billing.database import Row
from billing.shapes import instant


def settings_view(row: Row) -> dict[str, Any]:
    """The API's shape of the settings."""
    return {
        "object": "settings",
        "name": row["name"],
        "address": address_view(row["address"]),
        "tax_id": row["tax_id"],
        "logo": row["logo"],
        "brand_color": row["brand_color"],
        "payment_instructions": row["payment_instructions"],
        "invoice_prefix": row["invoice_prefix"],
        "credit_note_prefix": row["credit_note_prefix"],
        "number_reset": row["number_reset"],
        "payment_terms_days": row["payment_terms_days"],
        "timezone": row["timezone"],
        "default_tax_rate_ids": row["default_tax_rate_ids"],
        "change_defaults": row["change_defaults"],
        "billing_run": row["billing_run"],
        "dunning": {"automatic": True, **row["dunning"]},
        "self_service": row["self_service"],
        "mails": row["mails"],
        "updated_at": instant(row["updated_at"]),
    }
