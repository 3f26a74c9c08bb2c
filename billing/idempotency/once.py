"""Doing what is asked once, however often it is asked.

The answer is kept in the transaction that does the work, under a key that can be there once: two
at the same time cannot both commit, and whoever dies between commit and answer finds it again.
"""

from collections.abc import Callable

from pymongo.errors import DuplicateKeyError

from billing import clock
from billing.database import Row, database
from billing.errors import BillingError
from billing.idempotency.errors import IdempotencyKeyReused
from billing.idempotency.models import COLLECTION, KEPT_FOR, Answer, Request, kept_answer
from billing.last_inserts import insert_last, inserting_last
from billing.pipeline import Insert
from billing.transactions import in_transaction

Refused = Callable[[BillingError], Answer]


def once(request: Request, work: Callable[[], Answer], refused: Refused | None = None) -> Answer:
    """What `work` answers, done in one transaction; or what it answered the first time.

    `refused` words a refusal of the business, which is kept as well, unless another try may end
    differently; without it none is kept. Nothing is asked of the database first: most keys are
    new. Raises IdempotencyKeyReused and what is not kept.
    """

    def do() -> Answer:
        with inserting_last():
            answer = work()
            insert_last(Insert(COLLECTION, row_of(request, answer)))
        return answer

    try:
        return in_transaction(do)
    except DuplicateKeyError:
        found = find_answer(request)
        if found is None:  # another key that may be there once, or the answer expired just now
            raise
        return found
    except BillingError as error:
        return keep_refusal(request, error, refused)


def keep_refusal(request: Request, error: BillingError, refused: Refused | None) -> Answer:
    """The refusal as an answer that is kept; the first answer where there is one already.

    What was done meanwhile under the same key may be the reason for the refusal. Raises the error
    itself when another try may end differently, or refusals are not kept.
    """
    if found := find_answer(request):
        return found
    if refused is None or error.is_lost_race:
        raise error
    answer = refused(error)
    try:
        database()[COLLECTION].insert_one(row_of(request, answer))
    except DuplicateKeyError:
        return find_answer(request) or answer
    return answer


def find_answer(request: Request) -> Answer | None:
    """The kept answer, if there is one. Raises IdempotencyKeyReused for that of another request."""
    row = database()[COLLECTION].find_one({"_id": request.key})
    if row is None:
        return None
    check_fingerprint(request, row)
    return kept_answer(row) if "status" in row else None


def check_fingerprint(request: Request, row: Row) -> None:
    """Raises IdempotencyKeyReused unless the row is of the same request."""
    if row["fingerprint"] != request.fingerprint:
        raise IdempotencyKeyReused(
            "This Idempotency-Key was sent with another request; each request needs its own."
        )


def row_of(request: Request, answer: Answer) -> Row:
    """What is kept. The real time counts, wherever the work lived."""
    now = clock.wall_clock()
    kept = {"_id": request.key, "fingerprint": request.fingerprint, **answer.row()}
    return {**kept, "created_at": now, "expires_at": now + KEPT_FOR}
