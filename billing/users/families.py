"""Families of tokens: all that one sign-in, or one grant to a client, has given.

A family is one document. Access tokens name it and refresh tokens belong to it: revoking it ends
them all, at once and on every instance. It carries who acts and with what limits, so that a
request needs this one look-up and no other; and most need none, as what the last one found is kept
for an instant, which whoever ends a family waits out.
"""

import secrets
from datetime import timedelta
from hashlib import sha256

from billing import clock
from billing.database import Row, database
from billing.ids import new_id
from billing.keeping import Kept
from billing.users.errors import InvalidToken
from billing.users.models import User

REFRESH_LIFETIME = timedelta(days=30)
LONGEST = timedelta(days=365)
"""How long a sign-in or grant lives at most, however often it is refreshed."""


_kept: Kept[str, Row] = Kept(most=5000)


def begin(actor: Row, lifetime: timedelta, **about: object) -> Row:
    """Store a new family of `actor` and return it.

    `about` is its `user_id`, `client_id`, `scopes` and `rate_limit`, and of a sign-in the `device`
    and `ip` that it came from, each where there is one.
    """
    family: Row = {
        "_id": new_id("tok"),
        **{name: value for name, value in about.items() if value is not None},
        "actor": actor,
        "created_at": clock.now(),
        "expires_at": clock.now() + lifetime,
    }
    database().token_families.insert_one(family)
    return family


def user_actor(user: User) -> Row:
    """The user as a family's actor."""
    name_and_rights = {"name": user.name, "role": user.role, "customer_id": user.customer_id}
    return {"type": "user", **name_and_rights}


def get_live_family(family_id: str) -> Row:
    """The family. Raises InvalidToken when it has ended."""
    family = database().token_families.find_one({"_id": family_id})
    if family is None or not _is_live(family):
        raise InvalidToken("The sign-in that this token belongs to has ended.")
    return family


def known_live_family(family_id: str) -> Row:
    """Like get_live_family, mostly without a look; not to be changed. Raises InvalidToken."""
    family = _kept.get(family_id, lambda: get_live_family(family_id), _live_families)
    return family if _is_live(family) else get_live_family(family_id)


def _live_families(ids: list[str]) -> dict[str, Row]:
    found = database().token_families.find({"_id": {"$in": ids}})
    return {family["_id"]: family for family in found if _is_live(family)}


def _is_live(family: Row) -> bool:
    return not family.get("revoked_at") and bool(family["expires_at"] > clock.now())


def extend(family: Row, actor: Row) -> None:
    """Let the family live on from now, for its actor as they are now, but not for ever."""
    until = min(clock.now() + REFRESH_LIFETIME, family["created_at"] + LONGEST)
    database().token_families.update_one(
        {"_id": family["_id"]}, {"$set": {"actor": actor, "expires_at": until}}
    )


def new_refresh_token(family: Row) -> str:
    """The token that gives the family's next access token, once. Only its hash is kept."""
    refresh_token = secrets.token_urlsafe(32)
    row = {
        "_id": hashed(refresh_token),
        "family_id": family["_id"],
        "user_id": family["user_id"],
        "uses": 0,
        "expires_at": clock.now() + REFRESH_LIFETIME,
    }
    database().refresh_tokens.insert_one(row)
    return refresh_token


def find_refresh_token(refresh_token: str) -> Row | None:
    """What is kept of a refresh token, also of a spent one; None when unknown or expired."""
    row = database().refresh_tokens.find_one({"_id": hashed(refresh_token)})
    return row if row and row["expires_at"] > clock.now() else None


def spend(refresh_row: Row) -> bool:
    """Use a refresh token, within a transaction. False when it was used before.

    Somebody has it who should not (RFC 9700 §4.14.2), so its family has ended then.
    """
    unused = {"_id": refresh_row["_id"], "uses": 0}
    if database().refresh_tokens.update_one(unused, {"$inc": {"uses": 1}}).modified_count:
        return True
    revoke_family(refresh_row["family_id"])
    return False


def revoke_family(family_id: str) -> None:
    """End one sign-in or grant: its access tokens and its refresh tokens are dead at once."""
    _revoke({"_id": family_id})


def revoke_all(user_id: str) -> None:
    """End every sign-in of a user, and every grant they made."""
    _revoke({"user_id": user_id})


def revoke_sign_ins(user_id: str) -> None:
    """End every sign-in by password of a user; what they granted to clients stays."""
    _revoke({"user_id": user_id, "client_id": None})


def api_sign_ins_of(user_id: str) -> list[Row]:
    """A user's live sign-ins by password at the API, the newest first."""
    live: Row = {"user_id": user_id, "client_id": None, "revoked_at": None}
    live["expires_at"] = {"$gt": clock.now()}
    return list(database().token_families.find(live).sort("_id", -1).limit(100))


def revoke_client(client_id: str, **only: object) -> None:
    """End what a client was given: all of it, or where `scopes` or `user_id` match."""
    _revoke({"client_id": client_id, **only})


def limit_client(client_id: str, rate_limit: int | None) -> None:
    """Let the tokens that a client has count against another limit from now on."""
    database().token_families.update_many(
        {"client_id": client_id, "revoked_at": None}, {"$set": {"rate_limit": rate_limit}}
    )
    _kept.changed()


def hold_unchanged(user_id: str, session_version: int) -> None:
    """Nobody can end the user's sign-ins before this transaction ends, so none is overlooked.

    Raises InvalidToken when they were ended, or the account disabled, since that version.
    """
    same = {"_id": user_id, "session_version": session_version, "status": "active"}
    if not database().users.update_one(same, {"$inc": {"holds": 1}}).matched_count:
        raise InvalidToken("The account was changed meanwhile; sign in again.")


def hashed(token: str) -> str:
    """How a token of 256 random bits is kept: there is nothing to guess, so no salt is needed."""
    return sha256(token.encode()).hexdigest()


def _revoke(which: Row) -> None:
    database().token_families.update_many(
        {**which, "revoked_at": None}, {"$set": {"revoked_at": clock.now()}}
    )
    _kept.changed()
