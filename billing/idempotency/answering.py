"""Work that is committed before it is answered: `DONE` is kept with it, the answer is added."""

import time

from billing.database import database
from billing.idempotency.models import COLLECTION, Answer, Request
from billing.idempotency.once import find_answer

_POLL_SECONDS = 0.02


def add_answer(request: Request, answer: Answer) -> None:
    """Keep what was answered after all."""
    database()[COLLECTION].update_one({"_id": request.key}, {"$set": answer.row()})


def await_answer(request: Request, patience: float) -> Answer | None:
    """The kept answer, or None when nothing is done; waits up to `patience` seconds for it.

    One that is still not `is_known` then may never be: who should have given it died. Raises
    IdempotencyKeyReused.
    """
    deadline = time.monotonic() + patience
    while (found := find_answer(request)) and not found.is_known and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return found
