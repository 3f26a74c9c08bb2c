"""Who showed a password or a link, and still owes the code of the second factor."""

import time

from flask import session

from billing.phrases import Phrase
from billing.users.models import User
from billing.users.queries import find_user
from portal import sessions

_KEY = "owes_code"
_SECONDS = 600


def wait_for_code(user: User, how: Phrase) -> None:
    """Remember them in a fresh session, which signs nobody in."""
    sessions.begin_anew()
    session[_KEY] = [user.id, user.session_version, how, time.time() + _SECONDS]


def who_waits() -> tuple[User, Phrase] | None:
    """The user and how they came so far, which has no facts in it.

    None after ten minutes, and once the password was changed or the account disabled.
    """
    user_id, version, how, until = session.get(_KEY, ("", 0, "", 0.0))
    user = find_user(user_id) if until > time.time() else None
    if user is None or not user.is_active_account or user.session_version != version:
        return None
    return user, Phrase(how)
