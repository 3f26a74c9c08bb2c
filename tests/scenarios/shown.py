"""How what the API answers looks in a story's tables: each column's text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from billing.money import minor_digits

Row = dict[str, Any]


def shown(kind: str, rows: list[Row], columns: list[str]) -> list[list[str]]:
    """The rows as a table of these columns. An invoice takes a row for each of its lines."""
    return [cells for row in rows for cells in _cells(kind, row, columns)]


def _cells(kind: str, row: Row, columns: list[str]) -> list[list[str]]:
    texts = [[_text(kind, row, column)] for column in columns]
    if "lines" in columns:
        texts[columns.index("lines")] = [_line(line, row) for line in row["line_items"]] or [""]
    height = max(len(cell) for cell in texts)
    filled = [cell + [""] * (height - len(cell)) for cell in texts]
    return [list(cells) for cells in zip(*filled, strict=True)]


def _line(line: Row, invoice: Row) -> str:
    quantity = f" x{line['quantity']}" if line["quantity"] != 1 else ""
    return f"{line['description']}{quantity} {amount(line['amount'], invoice['currency'])}"


def _text(kind: str, row: Row, column: str) -> str:
    if column == "lines":
        return ""
    known = COLUMNS[kind]
    assert column in known, f"{kind} have no column {column}; they have {', '.join(known)}, lines"
    found = known[column](row)
    return "" if found is None else str(found)


def amount(minor: int, currency: str) -> str:
    """In major units, with all the decimals that the currency has: `-12.50`."""
    digits = minor_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def _money(name: str) -> Callable[[Row], str]:
    return lambda row: amount(row[name], row["currency"])


def _field(name: str) -> Callable[[Row], Any]:
    return lambda row: row[name]


def _period(start: str, end: str) -> Callable[[Row], str]:
    return lambda row: f"{row[start]} to {row[end]}" if row[start] else ""


def _applied(row: Row) -> str:
    return amount(row["credit_applied"], row["currency"]) if row["credit_applied"] else ""


def _discount(row: Row) -> str:
    return amount(row["discount_total"], row["currency"]) if row["discount_total"] else ""


COLUMNS: dict[str, dict[str, Callable[[Row], Any]]] = {
    "invoices": {
        "issued": _field("issue_date"),
        "due by": _field("due_date"),
        "paid on": _field("paid_date"),
        "period": _period("period_start", "period_end"),
        "subtotal": _money("subtotal"),
        "discount": _discount,
        "tax": _money("tax_total"),
        "total": _money("total"),
        "credit": _applied,
        "paid": _money("amount_paid"),
        "due": _money("amount_due"),
        "status": _field("status"),
        "reminders": lambda row: (row["dunning"] or {}).get("step"),
        "next reminder": lambda row: (row["dunning"] or {}).get("next_date"),
    },
    "subscriptions": {
        "status": _field("status"),
        "quantity": _field("quantity"),
        "period": _period("current_period_start", "current_period_end"),
        "next": _field("next_billing_date"),
        "anchor": _field("billing_anchor"),
        "trial ends": _field("trial_end_date"),
        "ends": _field("end_date"),
        "cancelled": lambda row: (row["cancelled_at"] or "")[:10],
    },
    "customer": {
        "credit": lambda row: amount(row["credit_balance"], row["preferences"]["currency"]),
    },
    "payments": {
        "on": _field("paid_date"),
        "amount": _money("amount"),
        "status": _field("status"),
    },
}
