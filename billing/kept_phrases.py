"""Phrases in the database: beside the English text, which programs are sent, what it is made of."""

from collections.abc import Callable, Mapping
from typing import Any

from billing.database import Row
from billing.money import Money
from billing.phrases import Code, Day, Number, Phrase, Told

_TEXTS: dict[str, Callable[[str], Told]] = {"code": Code, "day": Day, "number": Number}


def kept(text: str) -> Row | None:
    """What `retold` needs beside the text; None where the text itself is the template."""
    if not isinstance(text, Phrase) or not text.facts:
        return None
    return {"template": text.template, "facts": {n: _kept(f) for n, f in text.facts.items()}}


def marked(text: str | None) -> Row | None:
    """The same where a text may also be a person's own words, of which nothing is kept.

    Empty where the text itself is the template, so that it is known not to be theirs.
    """
    return (kept(text) or {}) if isinstance(text, Phrase) else None


def whole(text: str | None) -> Row | None:
    """The same, but never empty: for what the library keeps, to which empty is nothing."""
    if not isinstance(text, Phrase):
        return None
    return kept(text) or {"template": str(text), "facts": {}}


def retold(row: Mapping[str, Any]) -> Phrase:
    """The `message` of a row again, by what was kept as its `phrase`."""
    return told_again(row["message"], row.get("phrase"))


def told_again(text: str, phrase: Row | None) -> Phrase:
    """A text again, by what was kept beside it."""
    return _phrase(phrase) if phrase else Phrase(text)


def _kept(fact: Told) -> Any:
    if isinstance(fact, Money):
        return {"amount": str(fact.amount), "currency": fact.currency}
    if isinstance(fact, Phrase):
        return whole(fact)
    for name, kind in _TEXTS.items():
        if type(fact) is kind:
            return {name: str(fact)}
    return fact if isinstance(fact, int) else str(fact)


def _phrase(row: Row) -> Phrase:
    return Phrase(row["template"], **{n: _fact(f) for n, f in row["facts"].items()})


def _fact(found: Any) -> Told:
    if not isinstance(found, dict):
        fact: Told = found
        return fact
    if "template" in found:
        return _phrase(found)
    if "amount" in found:
        return Money(found["amount"], found["currency"])
    ((name, text),) = found.items()
    return _TEXTS[name](text)
