"""Why something happened: Duebill's own words, which are a phrase, or a person's."""

from billing.database import Row
from billing.kept_phrases import told_again


def reason_of(event: Row) -> str:
    """The reason of an event as MongoDB keeps it, empty without one.

    A phrase where it was Duebill that gave it. What was typed is never one, whatever it reads, nor
    is what was recorded before that was kept apart.
    """
    reason, phrase = event.get("reason") or "", event.get("reason_phrase")
    return reason if phrase is None else told_again(reason, phrase)
