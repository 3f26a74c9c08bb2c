"""What somebody had typed when they were asked who they are: kept with their session, sealed, and
given back once to the same form. It ends with the session, and is of no use after a short while.
"""

import json
from datetime import timedelta

from billing.database import database
from billing.sealing import SealBroken, seal, unseal
from billing.users.sessions import Session

Typed = list[tuple[str, str]]
"""Names and values, in the order in which the form sent them."""

KEPT_FOR = timedelta(minutes=15)
_MOST_CHARACTERS = 200_000
_PURPOSE = "form set aside"


def set_aside(session: Session, path: str, typed: Typed) -> None:
    """Keep what was typed into the form at `path`, in place of what was kept before."""
    text = json.dumps(typed)
    if not typed or len(text) > _MOST_CHARACTERS:
        return
    kept = {"path": path, "sealed": seal(text, _PURPOSE), "at": session.now}
    database().sessions.update_one({"_id": session.id}, {"$set": {"set_aside": kept}})


def take_up(session: Session, path: str) -> Typed:
    """What was typed at `path`, which is forgotten with this; nothing where there is none."""
    mine = {"_id": session.id, "set_aside.path": path}
    found = database().sessions.find_one_and_update(
        mine, {"$unset": {"set_aside": 1}}, {"set_aside": 1}
    )
    if found is None or session.now - found["set_aside"]["at"] > KEPT_FOR:
        return []
    try:
        typed = json.loads(unseal(found["set_aside"]["sealed"], _PURPOSE))
    except SealBroken:
        return []
    return [(name, value) for name, value in typed]
