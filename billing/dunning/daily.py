"""The worker's daily dunning: once a day for the whole installation, however many workers run.

The database's clock decides the day, and a lease who works on it; a worker that dies is followed
by another one on the same day, and each step is still taken once.
"""

import logging
from typing import Any

from billing.database import Row, database
from billing.dunning.models import DAILY
from billing.dunning.runs import carry_out_dunning, start_dunning_run
from billing.maintenance.held import is_held
from billing.seller import current_seller

_log = logging.getLogger("duebill.dunning")

LEASE_SECONDS = 120
FROM_HOUR = 6
"""UTC. Reminders are read in the morning rather than in the middle of the night."""
_LOOK_SECONDS = 60.0
_ID = "daily"
_TODAY: Row = {"$dateToString": {"date": "$$NOW", "format": "%Y-%m-%d"}}


class DailyDunning:
    """A job of the worker."""

    name = "dunning"

    def __init__(self, worker: str) -> None:
        self._worker = worker

    def work(self) -> float:
        """Remind of what is due, unless that was done today or is switched off."""
        wanted = current_seller()["dunning"].get("automatic", True) and not is_held()
        if wanted and (day := self._claim()):
            row, _ = start_dunning_run(day)
            dunned = carry_out_dunning(row["_id"], self._renew)
            database()[DAILY].update_one({"_id": _ID, "day": day}, {"$set": {"done": True}})
            _log.info("Daily dunning: %s reminded, %s ended", dunned.reminded, dunned.ended)
        return _LOOK_SECONDS

    def finish(self, seconds: float) -> None:
        """What is under way is taken up by another worker, at once."""
        mine = {"_id": _ID, "worker": self._worker}
        database()[DAILY].update_one(mine, {"$unset": {"worker": 1, "leased_until": 1}})

    def _claim(self) -> str | None:
        """The day that is ours to do, or None."""
        database()[DAILY].update_one(
            {"_id": _ID}, {"$setOnInsert": {"day": "", "done": True}}, upsert=True
        )
        new_day = {"$and": [{"$lt": ["$day", _TODAY]}, {"$gte": [{"$hour": "$$NOW"}, FROM_HOUR]}]}
        left_behind = {
            "$and": [
                {"$eq": ["$day", _TODAY]},
                {"$eq": ["$done", False]},
                {"$lt": ["$leased_until", "$$NOW"]},
            ]
        }
        found: Any = database()[DAILY].find_one_and_update(
            {"_id": _ID, "$expr": {"$or": [new_day, left_behind]}},
            [{"$set": {"day": _TODAY, "done": False, **self._lease()}}],
            return_document=True,
        )
        return str(found["day"]) if found else None

    def _renew(self) -> None:
        database()[DAILY].update_one(
            {"_id": _ID, "worker": self._worker}, [{"$set": self._lease()}]
        )

    def _lease(self) -> Row:
        until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": LEASE_SECONDS}}
        return {"worker": self._worker, "leased_until": until}
