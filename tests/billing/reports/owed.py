"""What a statement must come to: what is due, less the credit in hand."""

from __future__ import annotations

from collections import Counter
from datetime import date

from billing.customers.queries import get_customer_row
from billing.database import database
from billing.reports.statement import customer_statement

END = date(9999, 12, 31)


def check_statement(customer_id: str) -> None:
    """Fails where the closing balances of a customer's statement are not what they owe."""
    owed: Counter[str] = Counter()
    for invoice in database().invoices.find({"customer_id": customer_id}):
        owed[invoice["currency"]] += invoice["amount_due"] if invoice["status"] != "draft" else 0
    owed.subtract(get_customer_row(customer_id).get("credit_balances") or {})
    closing = {b.currency: b.closing for b in customer_statement(customer_id, None, END).balances}
    assert _some(closing) == _some(owed)


def check_statements() -> None:
    """The same of all customers."""
    for customer_id in database().customers.distinct("_id"):
        check_statement(customer_id)


def _some(amounts: dict[str, int]) -> dict[str, int]:
    return {currency: amount for currency, amount in amounts.items() if amount}
