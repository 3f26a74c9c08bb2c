"""Rows to make papers of without a database."""

from __future__ import annotations

from typing import Any

from billing.database import Row

SELLER: Row = {
    "name": "Lovelace Analytics Ltd",
    "address": {
        "line1": "1 Market Street", "city": "Springfield", "state": "IL", "postal_code": "62701",
        "country": "US",
    },
    "tax_id": "US-77",
}  # fmt: skip
BUYER: Row = {
    "name": "Müller & Söhne GmbH",
    "email": "buchhaltung@mueller.example",
    "address": {
        "line1": "Hauptstraße 1", "city": "Berlin", "postal_code": "10115", "country": "DE"
    },
    "tax_ids": [{"type": "eu_vat", "value": "DE999999999"}],
}  # fmt: skip


def buyer(**values: Any) -> Row:
    return {**BUYER, **values}


def invoice_row(lines: int = 1, **values: Any) -> Row:
    """An open invoice of so many lines, 12.50 each."""
    items = [
        {"kind": "one_off", "description": f"Day {number} of work", "quantity": 1,
         "unit_amount": 1250, "amount": 1250}
        for number in range(1, lines + 1)
    ]  # fmt: skip
    total = 1250 * lines
    row = {
        "_id": "inv_01KAXZ7Q0M8N2R4T6W8Y0A2C4E",
        "number": "INV-2026-000042",
        "status": "open",
        "currency": "EUR",
        "issue_date": "2026-11-23",
        "due_date": "2026-12-07",
        "line_items": items,
        "subtotal": total,
        "discount_total": 0,
        "total": total,
        "credit_applied": 0,
        "amount_paid": 0,
        "amount_due": total,
    }
    return {**row, **values}
