"""Doing once what no single transaction can hold: work that asks a payment provider, or is long.

The key is claimed first, for as long as a lease lasts. The work notes in its own first transaction
what it has begun (`note_begun`); should its process die, the next to ask with the same key goes on
from there instead of beginning again.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar

from pymongo.errors import DuplicateKeyError

from billing import clock
from billing.database import Row, database
from billing.errors import BillingError
from billing.idempotency.errors import IdempotencyKeyInUse
from billing.idempotency.models import COLLECTION, KEPT_FOR, Answer, Request, kept_answer
from billing.idempotency.once import Refused, check_fingerprint, row_of

LEASE_SECONDS = 30
_PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.05

_claimed: ContextVar[Row | None] = ContextVar("claimed", default=None)


def once_in_stages(
    request: Request, work: Callable[[], Answer], refused: Refused | None = None
) -> Answer:
    """What `work` answers, or answered the first time. See `once`.

    Raises IdempotencyKeyReused, and IdempotencyKeyInUse while the first is still being worked on.
    """
    claim = _claim(request)
    if "status" in claim:
        return kept_answer(claim)
    token = _claimed.set(claim)
    try:
        answer = work()
    except BillingError as error:
        if refused is None or error.is_lost_race:
            _release(request)
            raise
        answer = refused(error)
    except Exception:
        _release(request)
        raise
    finally:
        _claimed.reset(token)
    database()[COLLECTION].update_one({"_id": request.key}, _kept(request, answer))
    return answer


def note_begun(object_id: str) -> None:
    """Remember what the work has begun, in the transaction that begins it."""
    if claim := _claimed.get():
        database()[COLLECTION].update_one({"_id": claim["_id"]}, {"$set": {"begun": object_id}})


def begun() -> str | None:
    """What an earlier try at the same request has begun, if there was one."""
    claim = _claimed.get()
    return claim.get("begun") if claim else None


def _claim(request: Request) -> Row:
    """The key's row: ours to work on for a while, or with the answer."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (row := _try_claim(request)) is None:
        if time.monotonic() > deadline:
            raise IdempotencyKeyInUse("The first request with this Idempotency-Key still runs.")
        time.sleep(_POLL_SECONDS)
    return row


def _try_claim(request: Request) -> Row | None:
    keys = database()[COLLECTION]
    with suppress(DuplicateKeyError):
        keys.insert_one({**_named(request), "expires_at": clock.wall_clock() + KEPT_FOR})
    free = {"$or": [{"leased_until": None}, {"$expr": {"$lt": ["$leased_until", "$$NOW"]}}]}
    until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": LEASE_SECONDS}}
    mine = {**_named(request), "status": None, **free}
    if claim := keys.find_one_and_update(mine, [{"$set": {"leased_until": until}}]):
        return claim
    row = keys.find_one({"_id": request.key})
    if row is None:
        return None
    check_fingerprint(request, row)
    return row if "status" in row else None


def _named(request: Request) -> Row:
    return {"_id": request.key, "fingerprint": request.fingerprint}


def _release(request: Request) -> None:
    """Let the next try begin at once; what was begun stays noted."""
    database()[COLLECTION].update_one({"_id": request.key}, {"$unset": {"leased_until": 1}})


def _kept(request: Request, answer: Answer) -> Row:
    kept = row_of(request, answer)
    del kept["_id"]
    return {"$set": kept, "$unset": {"leased_until": 1}}
