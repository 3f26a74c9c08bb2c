"""Pure: how an invoice came about, step by step, so that anybody can add it up again.

Each line and each sum has fields to compute with and one sentence to read, a phrase.
"""

from typing import Any

from billing.database import Row
from billing.invoices.explain_sentences import calculation_phrase, line_sentence
from billing.invoices.explain_totals import explain_totals
from billing.plans.step_words import step_phrase

_TOLD = (
    "price_source",
    "plan_version",
    "pricing_model",
    "unit_price",
    "charge",
    "meter",
    "events",
    "late_events",
    "plan_name",
    "used_from",
    "used_through",
    "calculation",
    "days",
    "days_in_period",
    "full_amount",
    "after_coupon",
)
_PLAIN = ("kind", "description", "quantity", "unit_amount", "amount", "period_start", "period_end")


def explain_invoice(row: Row) -> dict[str, Any]:
    """An invoice's row explained: its lines in order, then its sums from subtotal to due.

    A line's price is the sum of its `steps`, or quantity times unit_amount (once where the model
    is flat). Where `fraction` is there, the amount is that part of `full_amount` (of
    `after_coupon`, exact, where a coupon counted), negative for a proration_credit. Every result
    is rounded once, half away from zero.
    """
    currency = row["currency"]
    return {
        "object": "invoice_explanation",
        "invoice_id": row["_id"],
        "number": row.get("number"),
        "currency": currency,
        "lines": [
            explain_line(line, position, currency)
            for position, line in enumerate(row["line_items"], start=1)
        ],
        "totals": explain_totals(row),
    }


def explain_line(line: Row, position: int, currency: str) -> dict[str, Any]:
    """One line; `position` counts from 1."""
    why = line.get("explanation") or {}
    return {
        "position": position,
        **{name: line.get(name) for name in _PLAIN},
        **{name: why.get(name) for name in _TOLD},
        "calculation": calculation_phrase(why["calculation"]) if why.get("calculation") else None,
        "steps": [
            {**step, "description": step_phrase(step["description"])}
            for step in why.get("steps") or []
        ],
        "fraction": fraction_of(why),
        "discountable": line.get("discountable") is not False,
        "discount_amount": line.get("discount_amount", 0),
        "tax_amount": line.get("tax_amount", 0),
        "tax_rate_ids": line.get("tax_rate_ids") or [],
        "sentence": line_sentence(line, why, currency),
    }


def fraction_of(why: Row) -> str | None:
    """The part of the period that was charged, `10/31`; None for a whole one."""
    if why.get("full_amount") is None:
        return None
    return f"{why['days']}/{why['days_in_period']}"
