"""Setting up a second factor, its recovery codes, and taking it away.

Its secret and codes are kept beside the users, so that no list or copy of a user holds them.
"""

import json
from dataclasses import dataclass
from datetime import timedelta

from billing import clock
from billing.database import database
from billing.events.journal import record, update
from billing.sealing import SealBroken, seal, unseal
from billing.transactions import operation
from billing.users.alarms import code_refused
from billing.users.check_code import check_code
from billing.users.errors import OfferStale, SecondFactorAbsent, SecondFactorPresent, WrongCode
from billing.users.inputs import Code, SetUpSecondFactor
from billing.users.links import end_links
from billing.users.models import SEALED_FOR, User
from billing.users.queries import get_user
from billing.users.recovery_codes import code_hash, new_codes
from billing.users.save_user import end_sign_ins
from billing.users.totp import new_secret, set_up_address, step_of

_OFFER = "second factor's offer"
_OFFERED_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret for an authenticator app, which becomes the second factor once a code proves it."""

    secret: str
    """Base32, for who types it."""
    address: str
    """For a QR code."""
    sealed: str
    """What comes back with the code; nothing is stored meanwhile."""


def offer_second_factor(user: User) -> Offer:
    """A fresh secret, to be confirmed within half an hour."""
    secret, until = new_secret(), (clock.now() + _OFFERED_FOR).timestamp()
    sealed = seal(json.dumps([user.id, secret, until]), _OFFER)
    return Offer(secret, set_up_address(secret, user.email), sealed)


def offered_again(user: User, sealed: str) -> Offer:
    """An offer that was made to this user before. Raises OfferStale."""
    try:
        user_id, secret, until = json.loads(unseal(sealed, _OFFER))
    except SealBroken:
        raise _stale() from None
    if user_id != user.id or until <= clock.now().timestamp():
        raise _stale()
    return Offer(secret, set_up_address(secret, user.email), sealed)


@operation
def set_up_second_factor(user_id: str, data: SetUpSecondFactor) -> list[str]:
    """The recovery codes, which are told here and never again.

    Raises WrongCode, OfferStale, and SecondFactorPresent where there is one.
    """
    user = get_user(user_id)
    if user.has_second_factor:
        raise SecondFactorPresent("There is a second factor already. Remove it first.")
    secret = offered_again(user, data.offer).secret
    step = step_of(secret, "".join(data.code.split()), clock.now())
    if step is None:
        code_refused(user)
        raise WrongCode("This is not the code of the present half minute.", field="code")
    codes = new_codes()
    row = {"_id": user.id, "secret": seal(secret, SEALED_FOR), "last_step": step}
    row["recovery"] = [code_hash(code) for code in codes]
    database().second_factors.replace_one({"_id": user.id}, row, upsert=True)
    user.second_factor_since = clock.now()
    update(user, "user.second_factor_set_up")
    return codes


@operation
def renew_recovery_codes(user_id: str) -> list[str]:
    """Fresh recovery codes; the old ones open nothing any more. Raises SecondFactorAbsent."""
    user, codes = _user_with_one(user_id), new_codes()
    database().second_factors.update_one(
        {"_id": user.id}, {"$set": {"recovery": [code_hash(code) for code in codes]}}
    )
    record(user, "user.recovery_codes_renewed")
    return codes


@operation
def remove_second_factor(user_id: str, data: Code) -> User:
    """Take away one's own, with a code of it.

    Raises SecondFactorAbsent and what check_code raises.
    """
    user = _user_with_one(user_id)
    check_code(user, data.code)
    return _remove(user, "user.second_factor_removed")


@operation
def reset_second_factor(user_id: str) -> User:
    """Take away another's, who lost it; they are signed out everywhere.

    Raises UserNotFound and SecondFactorAbsent.
    """
    user = _user_with_one(user_id)
    end_sign_ins(user)
    end_links(user.id)
    return _remove(user, "user.second_factor_reset")


def _remove(user: User, event: str) -> User:
    database().second_factors.delete_one({"_id": user.id})
    user.second_factor_since = None
    update(user, event)
    return user


def _user_with_one(user_id: str) -> User:
    user = get_user(user_id)
    if not user.has_second_factor:
        raise SecondFactorAbsent("There is no second factor.")
    return user


def _stale() -> OfferStale:
    return OfferStale("This was open too long. Scan the code that is shown now, and go on.")
