"""An object as it was at an instant, told by its events.

What is stored now is walked back, event by event: each says what a field was before it. Where an
event's own words do not fit what was found, something changed without an event, and that field is
uncertain. An object that is gone is built forward from its first event, and is as complete as that.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from billing.database import Row, database
from billing.errors import NotFound
from billing.events.journal import UNTOLD, told
from billing.events.models import COLLECTION
from billing.events.objects import collection_of
from billing.events.reasons import changes_of
from billing.events.redact import ERASED
from billing.kept_phrases import told_again

MOST = 5_000
"""So many events are walked back at most; an object that has more is told to be uncertain."""
_SECRET = re.compile(r"password|secret|hash|token|totp|recovery|sealed", re.IGNORECASE)
_LATER = timedelta(minutes=5)  # what is stored with its first event is a little older at most


class ObjectNotKnown(NotFound):
    code = "object_not_known"


@dataclass(slots=True)
class Past:
    """`state` is None where the object did not exist at that time, or was deleted before.

    `began_at` is when it came to be as far as that is known, `log_began_at` when its first event
    was written. `uncertain` are fields that changed without an event.
    """

    object_id: str
    at: datetime
    state: Row | None
    began_at: datetime | None
    log_began_at: datetime | None
    is_gone: bool = False
    uncertain: set[str] = field(default_factory=set)
    is_cut_off: bool = False

    @property
    def log_is_younger(self) -> bool:
        """Whether the object is older than its first event."""
        if self.began_at is None or self.log_began_at is None:
            return self.log_began_at is None
        return self.log_began_at - self.began_at > _LATER

    @property
    def is_before_log(self) -> bool:
        """Whether this is a time of which no event tells."""
        return self.log_began_at is None or self.at < self.log_began_at


def object_as_of(object_id: str, at: datetime) -> Past:
    """The object at an aware instant, without secrets. Raises ObjectNotKnown."""
    first = _events(object_id).sort("_id", 1).limit(1)
    began = next((row["created_at"] for row in first), None)
    collection = collection_of(object_id)
    stored = database()[collection].find_one({"_id": object_id}) if collection else None
    if stored is None:
        if began is None:
            raise ObjectNotKnown("Nothing is known of this object.")
        return _built_forward(Past(object_id, at, None, began, began, is_gone=True))
    past = Past(object_id, at, _told(stored), stored.get("created_at"), began)
    _walk_back(past)
    if past.began_at and at < past.began_at:
        past.state = None
    past.state = _shown(past.state)
    return past


def _told(stored: Row) -> Row:
    """The state that is stored, with the phrases that are kept beside their texts."""
    state = dict(stored)
    for name, phrase in stored.items():
        if name.endswith("_phrase") and phrase and (text := name.removesuffix("_phrase")) in stored:
            state[text] = told_again(stored[text], phrase)
    return state


def _walk_back(past: Past) -> None:
    """Undo what happened after the instant, the newest first."""
    state: Row = past.state or {}
    events = _events(past.object_id).sort("_id", -1).limit(MOST + 1)
    for number, event in enumerate(events):
        if event["created_at"] <= past.at:
            return
        if number == MOST:
            past.is_cut_off = True
            return
        for name, (before, after) in changes_of(event).items():
            if after not in ("(hidden)", ERASED) and not _same(state.get(name), after):
                past.uncertain.add(name)
            state[name] = before


def _built_forward(past: Past) -> Past:
    """From nothing, through what each event says that came after it."""
    state: Row = {}
    for event in _events(past.object_id).sort("_id", 1).limit(MOST):
        if event["created_at"] > past.at:
            break
        if event["type"].endswith(".deleted"):
            state = {}
            break
        for name, (_, after) in changes_of(event).items():
            state[name] = after
    past.state = _shown(state) if state else None
    return past


def _events(object_id: str) -> Any:
    fields = {"type": 1, "changes": 1, "change_phrases": 1, "created_at": 1}
    return database()[COLLECTION].find({"object_id": object_id}, fields)


def _same(stored: Any, said: Any) -> bool:
    """Whether an event says what was found; nothing is nothing, however it is written."""
    stored = told(stored)
    return stored == said or (not stored and not said)


def _shown(state: Row | None) -> Row | None:
    """Without secrets, and without what serves the database alone."""
    if state is None:
        return None
    names = sorted(state.keys() - UNTOLD)
    return {name: _without_secrets(name, state[name]) for name in names if _is_set(state[name])}


def _is_set(value: Any) -> bool:
    return value is not None and value not in ("", [], {})


def _without_secrets(name: str, value: Any) -> Any:
    if _SECRET.search(name):
        return "(hidden)"
    if isinstance(value, dict):
        return {key: _without_secrets(key, each) for key, each in value.items()}
    return told(value)
