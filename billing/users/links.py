"""Single-use links by mail: for setting a password anew, signing in, accepting an invitation.

Whoever brings the token of a link reads the mailbox that it was sent to. Only its hash is kept. A
user has one link for each purpose, so a newer one ends the older.
"""

import secrets
from datetime import timedelta
from typing import Literal

from billing import clock
from billing.actors import current_actor
from billing.database import Row, database
from billing.security_log import security_event
from billing.transactions import operation
from billing.users.errors import LinkNotPossible, LinkSpent
from billing.users.families import hashed
from billing.users.models import User
from billing.users.queries import find_user, get_user
from billing.users.throttle import LINKS

Purpose = Literal["password_reset", "sign_in", "invitation"]

LIFETIMES: dict[Purpose, timedelta] = {
    "password_reset": timedelta(hours=1),
    "sign_in": timedelta(minutes=15),
    "invitation": timedelta(days=7),
}
"""How long a link lives unless there is a reason for another time."""

_GONE = "This link was used already, is too old, or was replaced by a newer one."


@operation
def new_link(user_id: str, purpose: Purpose, lifetime: timedelta) -> str:
    """The token of a fresh link, which ends the one before. It is shown here and never again.

    Raises UserNotFound, LinkNotPossible for an account that such a link is not for, and
    TooManyAttempts where the account was sent, or the actor's address asked for, too many.
    """
    user = get_user(user_id)
    if not can_be_sent(user, purpose):
        raise LinkNotPossible(
            "Only who has not accepted yet can be invited."
            if purpose == "invitation"
            else "Only an active account can be sent such a link."
        )
    ip = current_actor().ip
    LINKS.refuse(user.id, ip)
    LINKS.count(user.id, ip)
    token = secrets.token_urlsafe(32)
    key = f"{user.id}:{purpose}"
    row = {"_id": key, "user_id": user.id, "purpose": purpose, "hash": hashed(token)}
    row |= {"expires_at": clock.now() + lifetime}
    database().links.replace_one({"_id": key}, row, upsert=True)
    return token


def get_link_user(token: str, purpose: Purpose) -> User:
    """Whose link this is, which stays as it is. Raises LinkSpent.

    For the page that a link opens: mail programs open links to look at them, so only the button
    on that page spends one.
    """
    return _user_of(database().links.find_one(_live(token, purpose)), purpose)


@operation
def spend_link(token: str, purpose: Purpose) -> User:
    """Whose link this is, which does not work again. Raises LinkSpent."""
    return _user_of(database().links.find_one_and_delete(_live(token, purpose)), purpose)


def end_links(user_id: str) -> None:
    """End every link of a user: their password, address or standing is another one now."""
    database().links.delete_many({"user_id": user_id})


def _live(token: str, purpose: Purpose) -> Row:
    return {"hash": hashed(token), "purpose": purpose, "expires_at": {"$gt": clock.now()}}


def _user_of(row: Row | None, purpose: Purpose) -> User:
    user = find_user(row["user_id"]) if row else None
    if user is None or not can_be_sent(user, purpose):
        security_event("link.refused", purpose=purpose, user_id=user and user.id)
        raise LinkSpent(_GONE)
    return user


def can_be_sent(user: User, purpose: Purpose) -> bool:
    """Whether a link of this purpose is for an account like this.

    Whom a sign-in provider alone lets in is let in by nothing else, such as a mailbox they kept.
    """
    if purpose == "invitation":
        return user.is_invited
    return user.is_active_account and (user.password_hash is not None or not user.is_linked)
