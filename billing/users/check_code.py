"""Checking a code of the second factor: six digits from an app, or a recovery code."""

import logging
from dataclasses import replace

from billing import clock
from billing.actors import acting_as, current_actor
from billing.database import database
from billing.events.journal import record
from billing.phrases import Phrase
from billing.sealing import SealBroken, unseal
from billing.transactions import operation
from billing.users.alarms import code_refused
from billing.users.errors import WrongCode
from billing.users.models import SEALED_FOR, User
from billing.users.recovery_codes import code_hash
from billing.users.throttle import CODES
from billing.users.totp import step_of

_log = logging.getLogger("duebill.users")


def check_code(user: User, code: str, ip: str | None = None) -> Phrase:
    """What was accepted: "a code" or "a recovery code". Each is good for once.

    Raises WrongCode, and TooManyAttempts after a few of them.
    """
    CODES.claim(user.id, ip)
    typed = "".join(code.split())
    if typed.isascii() and typed.isdigit():
        accepted = Phrase("a code") if _spend_code(user, typed) else None
    else:
        accepted = Phrase("a recovery code") if _spend_recovery_code(user, typed) else None
    if accepted is None:
        code_refused(user)
        raise WrongCode("This code is not right, or was used already. Wait for the next one.")
    CODES.give_back(user.id, ip)
    return accepted


def recovery_codes_left(user_id: str) -> int:
    """How many recovery codes a user has not used."""
    row = database().second_factors.find_one({"_id": user_id}, {"recovery": 1})
    return len(row["recovery"]) if row else 0


def _spend_code(user: User, code: str) -> bool:
    """No code of this step or an earlier one is taken again (RFC 6238 §5.2), also not at once."""
    row = database().second_factors.find_one({"_id": user.id}) or {}
    try:
        secret = unseal(row["secret"], SEALED_FOR) if row else ""
    except SealBroken as error:
        _log.warning("The second factor of %s cannot be read: %s", user.id, error)
        return False
    step = step_of(secret, code, clock.now()) if secret else None
    if step is None:
        return False
    unused = {"_id": user.id, "secret": row["secret"], "last_step": {"$lt": step}}
    spent = database().second_factors.update_one(unused, {"$set": {"last_step": step}})
    return bool(spent.modified_count)


@operation
def _spend_recovery_code(user: User, code: str) -> bool:
    kept = code_hash(code)
    spent = database().second_factors.update_one(
        {"_id": user.id, "recovery": kept}, {"$pull": {"recovery": kept}}
    )
    if spent.modified_count:
        who = replace(current_actor(), type="user", id=user.id, name=user.name)
        with acting_as(who):
            record(user, "user.recovery_code_used")
    return bool(spent.modified_count)
