"""Authorization codes: what a person's consent becomes until the client fetches its tokens."""

import secrets
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin

from billing import clock
from billing.database import Row, database
from billing.users.families import hashed
from billing.users.models import User

LIFETIME = timedelta(seconds=60)
# A used code is kept for as long, so that who uses it again ends what it gave.
_KEPT = timedelta(days=1)


class Code(AuthorizationCodeMixin):
    """A code as Authlib asks about it; `row` is what is kept of it."""

    code_challenge_method = "S256"

    def __init__(self, row: Row) -> None:
        self.row = row
        self.code_challenge: str = row["code_challenge"]

    def get_redirect_uri(self) -> str | None:
        """As it was asked for; None when it was left to us."""
        asked: str | None = self.row["redirect_uri"]
        return asked

    def get_scope(self) -> str:
        return " ".join(self.row["scopes"])


def new_code() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def keep_code(code: str, user: User, **about: Any) -> None:
    """Store a code by its hash for what `user` agreed to.

    `about` is client_id, redirect_uri, scopes and code_challenge. It is void once the user's
    sign-ins are ended.
    """
    row: Row = {
        "_id": hashed(code),
        "user_id": user.id,
        "session_version": user.session_version,
        **about,
        "family_id": None,
        "expires_at": clock.now() + LIFETIME,
        "kept_until": clock.now() + _KEPT,
    }
    database().oauth_codes.insert_one(row)


def find_code(code: str, client_id: str) -> Row | None:
    """What is kept of this client's code, also of a used or expired one; None when unknown."""
    return database().oauth_codes.find_one({"_id": hashed(code), "client_id": client_id})


def is_expired(row: Row) -> bool:
    return bool(row["expires_at"] <= clock.now())


def use_code(row: Row, family_id: str) -> None:
    """Spend an unused code, in the transaction that read it: two at once cannot both commit."""
    database().oauth_codes.update_one({"_id": row["_id"]}, {"$set": {"family_id": family_id}})
