"""What a line of an invoice is for, where Duebill worded it and not who sells."""

from collections.abc import Mapping
from typing import Any

from billing.phrases import Phrase

_WORDINGS: dict[str, Phrase] = {
    "proration_credit": Phrase("Unused time on %(what)s"),
    "proration_charge": Phrase("Remaining time on %(what)s"),
    "setup_fee": Phrase("Setup fee"),
    "charge": Phrase("Minimum commitment"),
}


def line_words(kind: str | None, description: str) -> str:
    """A line's description: a phrase where its kind and its words say that it is Duebill's own."""
    wording = _WORDINGS.get(kind or "")
    if wording is None:
        return description
    before, mark, _ = wording.partition("%(what)s")
    if mark and description.startswith(before):
        return Phrase(wording, what=description.removeprefix(before))
    return wording if description == wording else description


def line_said(line: Mapping[str, Any]) -> str:
    """The same of a line's row."""
    return line_words(line.get("kind"), str(line["description"]))
