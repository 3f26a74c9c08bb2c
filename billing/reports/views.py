"""How statements look from outside."""

from typing import Any

from billing.reports.statement import Statement
from billing.reports.statement_balances import Balance
from billing.reports.statement_moves import Move


def statement_view(statement: Statement) -> dict[str, Any]:
    """The API's shape of a statement."""
    first = statement.first.isoformat() if statement.first else None
    return {
        "object": "statement",
        "customer_id": statement.customer.id,
        "from": first,
        "to": statement.last.isoformat(),
        "balances": [_balance_view(balance) for balance in statement.balances],
    }


def _balance_view(balance: Balance) -> dict[str, Any]:
    return {
        "currency": balance.currency,
        "opening_balance": balance.opening,
        "charged": balance.charged,
        "credited": balance.credited,
        "closing_balance": balance.closing,
        "lines": [_line_view(move, after) for move, after in balance.lines],
    }


def _line_view(move: Move, after: int) -> dict[str, Any]:
    return {
        "date": move.day,
        "type": move.kind,
        "id": move.id,
        "number": move.number,
        "invoice_id": move.invoice_id,
        "amount": move.amount,
        "change": move.change,
        "balance": after,
    }
