"""Events of the time before there was a sequence are put in line, once, before all newer ones."""

from billing.database import Row, database
from billing.events.models import COLLECTION
from billing.events.sequence import SEQUENCE

_OLD: Row = {"seq": None, "unsequenced": None}


def adopt_old_events() -> int:
    """Let events without a number wait for one, in the order of their ids; how many it were.

    Done at every start and quick after the first, which remembers that nothing is left. Cut off, it
    goes on at the next start. Text sorts before every timestamp, hence the id as the place in line.
    """
    sequence = database().event_sequence
    if sequence.find_one({"_id": SEQUENCE, "old_adopted": True}):
        return 0
    old = database()[COLLECTION].update_many(_OLD, [{"$set": {"unsequenced": "$_id"}}])
    sequence.update_one(
        {"_id": SEQUENCE}, {"$set": {"old_adopted": True}, "$setOnInsert": {"last": 0}}, upsert=True
    )
    return old.modified_count
