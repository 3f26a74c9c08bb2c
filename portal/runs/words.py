"""What a dry run found, in words."""

from fractions import Fraction
from typing import Any

from billing.database import Row
from billing.runs.outliers import LARGE
from portal.template_helpers import money, percent

_PARTS = {
    "new": ("first invoice", "first invoices"),
    "ended": ("ended or paused", "ended or paused"),
    "skipped": ("skipped", "skipped"),
    "moved": ("changed the plan", "changed the plan"),
    "price": ("with another price or quantity", "with another price or quantity"),
    "usage": ("used more or less", "used more or less"),
    "once": ("with amounts that come up once", "with amounts that come up once"),
    "catch_up": ("further period", "further periods"),
}
KINDS = {
    "negative": "Below zero",
    "zero": "Zero",
    "large": "Very large",
    "jump": "Changed much",
    "first": "First invoice",
}


def compared(groups: list[Row], plans: dict[str, str]) -> list[dict[str, Any]]:
    """Groups of a comparison with the plan's name, the difference and its reasons."""
    return [
        {
            **group,
            "plan": plans.get(group["plan_id"]) or "Without a plan",
            "difference": group["after"] - group["before"],
            "change": change(group["before"], group["after"]),
            "reasons": [_reason(part, group["currency"]) for part in group["parts"]],
        }
        for group in groups
    ]


def flagged(row: Row, plans: dict[str, str]) -> dict[str, Any]:
    """An outlier with the plan's name and why it is one."""
    facts = (_fact(each, row["currency"], plans) for each in row["facts"])
    return {
        **row,
        "plan": plans.get(row["plan_id"]) or "",
        "why": " ".join([_why(row), *(text for text in facts if text)]),
    }


def change(before: int, after: int) -> str:
    """`+12.5%`; a dash where there was nothing before."""
    if not before:
        return "\N{EN DASH}"
    share = Fraction(after - before, abs(before))
    return f"{'+' if share > 0 else ''}{percent(share)}"


def _reason(part: Row, currency: str) -> str:
    """`+$49.00: 1 first invoice`."""
    count, amount = part["count"], part["amount"]
    words = _PARTS[part["part"]][count != 1]
    return f"{signed(amount, currency)}: {count:,} {words}"


def signed(amount: int, currency: str) -> str:
    """An amount that says whether it is more or less."""
    return f"{'+' if amount > 0 else ''}{money(amount, currency)}"


def _why(row: Row) -> str:
    """The gravest reason, with the amounts."""
    total, before, currency = row["total"], row["before"], row["currency"]
    said = {
        "negative": "The total is below zero and becomes credit of the customer.",
        "zero": "Nothing is charged.",
        "large": f"The total reaches {money(LARGE, currency)}.",
        "jump": "",
        "first": "The first invoice of this subscription: there is none to compare it with.",
    }
    sentences = [said[kind] for kind in row["kinds"] if said[kind]]
    if before is not None:
        difference = f"{money(total, currency)} instead of {money(before, currency)}"
        sentences.append(f"{difference} ({change(before, total)}).")
    return " ".join(sentences)


def _fact(fact: Row, currency: str, plans: dict[str, str]) -> str:
    """One thing that is other than the last time."""
    before, after = fact["before"], fact["after"]
    if fact["fact"] == "plan":
        return f"Plan {plans.get(after, after)} instead of {plans.get(before, before)}."
    if fact["fact"] == "quantity":
        return f"Quantity {after or 'none'} instead of {before or 'none'}."
    if fact["fact"] == "days":
        return f"A period of {after} days instead of {before}."
    if fact["fact"] == "unit_amount":
        if before is None or after is None:
            return ""
        return f"{money(after, currency)} a unit instead of {money(before, currency)}."
    name = {"usage": "Usage", "discount": "Discount", "once": "Amounts that come up once"}
    amounts = f"{money(after, currency)} instead of {money(before, currency)}"
    return f"{name[fact['fact']]} {amounts}."
