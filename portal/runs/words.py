"""What a dry run found, in words."""

from fractions import Fraction
from typing import Any

from flask_babel import gettext, pgettext
from flask_babel import lazy_gettext as lazy

from billing.database import Row
from billing.runs.outliers import LARGE
from portal.values import money, percent, quantity

_PARTS = {
    "new": (lazy("first invoice"), lazy("first invoices")),
    "ended": (lazy("ended or paused"), lazy("ended or paused")),
    "skipped": (lazy("skipped"), lazy("skipped")),
    "moved": (lazy("changed the plan"), lazy("changed the plan")),
    "price": (lazy("with another price or quantity"), lazy("with another price or quantity")),
    "usage": (lazy("used more or less"), lazy("used more or less")),
    "once": (lazy("with amounts that come up once"), lazy("with amounts that come up once")),
    "catch_up": (lazy("further period"), lazy("further periods")),
}
KINDS = {
    "negative": lazy("Below zero"),
    "zero": lazy("Zero"),
    "large": lazy("Very large"),
    "jump": lazy("Changed much"),
    "first": lazy("First invoice"),
}
_FACTS = {
    "plan": lazy("Plan %(after)s instead of %(before)s."),
    "quantity": lazy("Quantity %(after)s instead of %(before)s."),
    "days": lazy("A period of %(after)s days instead of %(before)s."),
    "unit_amount": lazy("%(after)s a unit instead of %(before)s."),
    "usage": lazy("Usage %(after)s instead of %(before)s."),
    "discount": lazy("Discount %(after)s instead of %(before)s."),
    "once": lazy("Amounts that come up once %(after)s instead of %(before)s."),
}


def compared(groups: list[Row], plans: dict[str, str]) -> list[dict[str, Any]]:
    """Groups of a comparison with the plan's name, the difference and its reasons."""
    return [
        {
            **group,
            "plan": plans.get(group["plan_id"]) or str(gettext("Without a plan")),
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
    return f"{signed(amount, currency)}: {quantity(count)} {words}"


def signed(amount: int, currency: str) -> str:
    """An amount that says whether it is more or less."""
    return f"{'+' if amount > 0 else ''}{money(amount, currency)}"


def _why(row: Row) -> str:
    """The gravest reason, with the amounts."""
    total, before, currency = row["total"], row["before"], row["currency"]
    said = {
        "negative": gettext("The total is below zero and becomes credit of the customer."),
        "zero": gettext("Nothing is charged."),
        "large": gettext("The total reaches %(amount)s.", amount=money(LARGE, currency)),
        "jump": "",
        "first": gettext(
            "The first invoice of this subscription: there is none to compare it with."
        ),
    }
    sentences = [said[kind] for kind in row["kinds"] if said[kind]]
    if before is not None:
        difference = gettext(
            "%(after)s instead of %(before)s (%(change)s).",
            after=money(total, currency),
            before=money(before, currency),
            change=change(before, total),
        )
        sentences.append(difference)
    return " ".join(sentences)


def _fact(fact: Row, currency: str, plans: dict[str, str]) -> str:
    """One thing that is other than the last time."""
    name, before, after = fact["fact"], fact["before"], fact["after"]
    if name == "plan":
        told = {"after": plans.get(after, after), "before": plans.get(before, before)}
    elif name == "quantity":
        none = pgettext("quantity", "none")
        told = {"after": after or none, "before": before or none}
    elif name == "days":
        told = {"after": after, "before": before}
    elif name == "unit_amount" and (before is None or after is None):
        return ""
    else:
        told = {"after": money(after, currency), "before": money(before, currency)}
    return str(_FACTS[name]) % told
