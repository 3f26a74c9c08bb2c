"""Where a user is signed in: their browsers, and their sign-ins by password at the API."""

from dataclasses import dataclass
from datetime import datetime

from billing.actors import Actor
from billing.database import Row
from billing.events.journal import record
from billing.phrases import Phrase
from billing.transactions import operation
from billing.users import families
from billing.users.devices import told_device
from billing.users.errors import SessionNotFound
from billing.users.models import User
from billing.users.queries import find_user, get_user
from billing.users.sessions import STEP, end_session, end_sessions_of, how_of, sessions_of


@dataclass(frozen=True, slots=True)
class SignIn:
    """One of them, for its owner to recognise."""

    id: str
    device: Phrase
    ip: str | None
    how: Phrase
    created_at: datetime
    seen_at: datetime
    is_now: bool
    """Whether it was seen just now, as exactly as that is kept."""
    is_here: bool


def sign_ins_of(user_id: str, here: str) -> list[SignIn]:
    """All that live, the session `here` first, then the others as they were seen last."""
    found = [
        SignIn(
            row["_id"],
            told_device(row["device"]),
            row["ip"],
            how_of(row),
            row["created_at"],
            row["seen_at"],
            row["now"] - row["seen_at"] < STEP,
            row["_id"] == here,
        )
        for row in sessions_of(user_id)
    ]
    found += [
        SignIn(
            row["_id"],
            _program(row),
            row.get("ip"),
            Phrase("At the API by password"),
            row["created_at"],
            row["expires_at"] - families.REFRESH_LIFETIME,
            False,
            False,
        )
        for row in families.api_sign_ins_of(user_id)
    ]
    return sorted(found, key=lambda sign_in: not sign_in.is_here)


def _program(row: Row) -> Phrase:
    return told_device(row["device"]) if "device" in row else Phrase("A program")


@operation
def end_sign_in(user: User, id_: str) -> bool:
    """End one of them. Raises SessionNotFound."""
    if id_.startswith("ses_"):
        end_session(user, id_)
        return True
    row = next((row for row in families.api_sign_ins_of(user.id) if row["_id"] == id_), None)
    if row is None:
        raise SessionNotFound("This session has ended already.")
    families.revoke_family(id_)
    record(user, "user.signed_out", reason=_program(row))
    return True


@operation
def end_tokens(actor: Actor) -> bool:
    """End the sign-in or grant that the actor's token belongs to, and all its tokens.

    False for an actor without one. A client's own has no user to tell it of.
    """
    if actor.token_family is None:
        return False
    families.revoke_family(actor.token_family)
    if actor.type == "user" and (user := find_user(actor.id)):
        record(user, "user.signed_out", reason=Phrase("At the API"))
    return True


@operation
def sign_out_elsewhere(user_id: str, here: str) -> bool:
    """End all of them but the session `here`. What programs may do is theirs to end one by one.

    Raises UserNotFound.
    """
    user = get_user(user_id)
    end_sessions_of(user_id, but=here)
    families.revoke_sign_ins(user_id)
    record(user, "user.signed_out_elsewhere")
    return True
