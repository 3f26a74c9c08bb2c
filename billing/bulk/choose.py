"""Choosing the rows of a bulk action. Nothing is done to them yet."""

from collections.abc import Sequence

from billing import clock
from billing.actors import current_actor
from billing.bulk.errors import NothingChosen, TooManyChosen
from billing.bulk.kinds import KINDS
from billing.bulk.models import KEPT, MOST_ROWS, ROWS, BulkAction
from billing.database import Row, database
from billing.transactions import operation


@operation
def choose_rows(kind: str, object_ids: Sequence[str]) -> BulkAction:
    """A bulk action of `kind` on these objects, each once, in their order.

    Raises NothingChosen, and TooManyChosen above MOST_ROWS.
    """
    chosen = list(dict.fromkeys(object_ids))
    if not chosen:
        raise NothingChosen("Nothing was chosen. Tick at least one row.")
    if len(chosen) > MOST_ROWS:
        raise TooManyChosen(
            "At most %(most)s rows at a time. Narrow the list down, and do the rest after.",
            most=MOST_ROWS,
        )
    now = clock.now()
    action = BulkAction(kind=KINDS[kind].name, actor_id=current_actor().id, count=len(chosen))
    action.expires_at = now + KEPT
    action.save(force_insert=True)
    database()[ROWS].insert_many(_row(action, place, one) for place, one in enumerate(chosen))
    return action


def _row(action: BulkAction, place: int, object_id: str) -> Row:
    return {
        "_id": f"{action.id}:{place:04d}",
        "action_id": action.id,
        "place": place,
        "object_id": object_id,
        "state": "waiting",
        "expires_at": action.expires_at,
    }
