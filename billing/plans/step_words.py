"""What a step of a price counts, which is kept as English words, as a phrase again."""

import re
from collections.abc import Callable

from billing.phrases import Number, Phrase

_N = r"([0-9.,]+)"
_FORMS: tuple[tuple[re.Pattern[str], Callable[..., Phrase]], ...] = (
    (re.compile("once"), lambda: Phrase("once")),
    (re.compile("each"), lambda: Phrase("each")),
    (re.compile("any quantity"), lambda: Phrase("any quantity")),
    (re.compile("fee for each event"), lambda: Phrase("fee for each event")),
    (re.compile(f"up to {_N}"), lambda most: Phrase("up to %(most)s", most=_whole(most))),
    (re.compile(f"above {_N}"), lambda below: Phrase("above %(below)s", below=_whole(below))),
    (
        re.compile(f"above {_N} up to {_N}"),
        lambda below, most: Phrase(
            "above %(below)s up to %(most)s", below=_whole(below), most=_whole(most)
        ),
    ),
    (
        re.compile(f"{_N} in packages of {_N}"),
        lambda quantity, size: Phrase(
            "%(quantity)s in packages of %(size)s", quantity=Number(quantity), size=Number(size)
        ),
    ),
    (
        re.compile(f"{_N} % of the amount"),
        lambda share: Phrase("%(share)s %% of the amount", share=Number(share)),
    ),
)


def step_phrase(description: str) -> Phrase:
    """The words of `billing.plans.pricing` and `billing.plans.tiers`; others stay as they are."""
    for form, phrase in _FORMS:
        if found := form.fullmatch(description):
            return phrase(*found.groups())
    return Phrase(description)


def _whole(text: str) -> int:
    return int(text.replace(",", ""))
