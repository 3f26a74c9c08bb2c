"""Doing what was chosen, row by row, each in its own transaction by its own operation.

That a row is done is written in the transaction that does it. So a process that dies anywhere
leaves every row either done and marked or untouched, and two processes that work on the same
action do nothing twice.
"""

from collections.abc import Iterator

from billing import clock
from billing.bulk.kinds import KINDS, Kind
from billing.bulk.models import COLLECTION, ROWS, BulkAction
from billing.bulk.queries import get_bulk_action
from billing.database import Row, database
from billing.errors import BillingError
from billing.kept_phrases import kept
from billing.transactions import in_transaction, operation

_TRIES = 3


@operation
def start_bulk(action_id: str, reason: str | None = None) -> BulkAction:
    """Begin, or go on with what was interrupted; once it is completed this changes nothing.

    The reason that counts is the first. Raises BulkActionNotFound.
    """
    action = get_bulk_action(action_id)
    if action.status == "completed":
        return action
    if action.status == "chosen":
        action.status, action.reason = "running", reason
    action.heartbeat_at = clock.now()
    action.save()
    return action


def carry_out(action_id: str) -> BulkAction:
    """Work on what waits until nothing does; the action as it is then."""
    action = get_bulk_action(action_id)
    kind = KINDS[action.kind]
    for row in _waiting(action_id):
        _try(kind, row, action.reason)
        _note(action_id, heartbeat_at=clock.now())
    _note(action_id, status="completed", finished_at=clock.now())
    return get_bulk_action(action_id)


def _try(kind: Kind, row: Row, reason: str | None) -> None:
    """Do one row; who only lost a race to somebody else is tried again."""
    for left in reversed(range(_TRIES)):
        try:
            in_transaction(lambda: _do(kind, row, reason))
        except BillingError as refusal:
            if refusal.is_lost_race and left:
                continue
            told = {"message": refusal.message, "phrase": kept(refusal.message)}
            _settle(row, state="refused", code=refusal.code, **told)
        return


def _do(kind: Kind, row: Row, reason: str | None) -> None:
    if _settle(row, state="done"):
        kind.act(row["object_id"], reason)


def _settle(row: Row, **how: object) -> bool:
    """Whether it was still waiting."""
    where = {"_id": row["_id"], "state": "waiting"}
    settled = database()[ROWS].update_one(where, {"$set": {**how, "at": clock.now()}})
    return settled.modified_count == 1


def _waiting(action_id: str) -> Iterator[Row]:
    rows = database()[ROWS].find({"action_id": action_id, "state": "waiting"})
    yield from list(rows.sort("place", 1))


def _note(action_id: str, **values: object) -> None:
    database()[COLLECTION].update_one({"_id": action_id}, {"$set": values})
