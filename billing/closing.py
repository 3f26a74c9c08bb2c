"""Whether the installation is closed: while a restore replaces its data, nobody else may work.

It is open again when the restore is over, also by the death of its process: unless that left the
data half exchanged, which only another `flask restore` can put right. Wherever this module is
imported, no transaction begins while it is closed.
"""

from time import monotonic

from billing.database import database
from billing.errors import Conflict
from billing.transactions import before_transactions

COLLECTION = "maintenance"
RESTORE = "restore"
"""The row of the work that closes the installation (billing.maintenance)."""
EXCHANGING = ("exchanging", "checking", "going_back")
"""The phases of a restore in which the data are neither the old nor surely the new ones."""
ASK_AGAIN_SECONDS = 1.0
"""How old the answer may be; whoever closes the installation waits for longer than that."""

_seen: list[tuple[float, bool]] = []


class Closed(Conflict):
    """Nothing but the restore is possible until it is done."""

    code = "restore_under_way"
    retry_after = 10


def is_closed() -> bool:
    """Whether nobody but a restore may work now, asked of the database once a second."""
    if _seen and monotonic() - _seen[0][0] < ASK_AGAIN_SECONDS:
        return _seen[0][1]
    found = _ask()
    _seen[:] = [(monotonic(), found)]
    return found


def refuse_while_closed() -> None:
    """Raises Closed."""
    if is_closed():
        raise Closed("A backup is being restored; nothing else is possible until it is done.")


def forget() -> None:
    """Ask anew the next time."""
    _seen.clear()


def _ask() -> bool:
    alive = {"$expr": {"$gt": ["$leased_until", "$$NOW"]}}
    where = {"_id": RESTORE, "$or": [alive, {"phase": {"$in": list(EXCHANGING)}}]}
    return database()[COLLECTION].find_one(where, {"_id": 1}) is not None


before_transactions(refuse_while_closed)
