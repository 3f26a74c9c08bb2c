"""Why something happened: Duebill's own words, which are a phrase, or a person's."""

from typing import Any

from billing.database import Row
from billing.kept_phrases import told_again


def changes_of(event: Row) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of an event; a value is a phrase where Duebill gave it words."""
    changes: dict[str, list[Any]] = dict(event.get("changes") or {})
    for name, phrases in (event.get("change_phrases") or {}).items():
        pairs = zip(changes[name], phrases, strict=True)
        changes[name] = [told_again(text, phrase) if phrase else text for text, phrase in pairs]
    return changes


def reason_of(event: Row) -> str:
    """The reason of an event as MongoDB keeps it, empty without one.

    A phrase where it was Duebill that gave it. What was typed is never one, whatever it reads, nor
    is what was recorded before that was kept apart.
    """
    reason, phrase = event.get("reason") or "", event.get("reason_phrase")
    return reason if phrase is None else told_again(reason, phrase)
