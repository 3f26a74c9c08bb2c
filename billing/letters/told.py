"""What a wording is told: every fact of its kind as text, in the manner of the reader."""

from collections.abc import Mapping
from typing import Any

from billing.letters.plain import one_line
from billing.mail.kinds import KINDS, FactType
from billing.papers.reader import Reader

SAMPLES: dict[str, Any] = {
    "name": "Ada Lovelace",
    "inviter": "Grace Hopper",
    "account": "Analytical Engines Ltd",
    "hours": 48,
    "minutes": 15,
    "number": "INV-2026-000042",
    "amount": [123450, "EUR"],
    "due_date": "2026-12-01",
    "paid_date": "2026-11-24",
    "ends_subscription": True,
    "plan": "Pro",
    "trial_end": "2026-12-01",
}
"""For previews, by the names that all kinds share."""


def fact_names(kind: str) -> frozenset[str]:
    """What a wording of this kind may name."""
    return frozenset(KINDS[kind].facts) | {"seller", "link"}


def sample_facts(kind: str) -> dict[str, Any]:
    """Facts such as the kind might tell, without its link."""
    return {name: SAMPLES[name] for name in KINDS[kind].facts if name != "link"}


def told(
    kind: str, facts: Mapping[str, Any], reader: Reader, *, seller: str, link: str
) -> dict[str, Any]:
    """The facts for rendering; those that nobody gave are empty."""
    known = {
        name: _as_text(type_, facts[name], reader) if name in facts else ""
        for name, type_ in KINDS[kind].facts.items()
    }
    return {**known, "seller": one_line(seller), "link": link}


def _as_text(type_: FactType, value: Any, reader: Reader) -> str | bool:
    if type_ == "money":
        amount, currency = value
        return reader.money(amount, currency)
    if type_ == "day":
        return reader.day(value)
    if type_ == "flag":
        return bool(value)
    return reader.quantity(value) if type_ == "number" else one_line(value)
