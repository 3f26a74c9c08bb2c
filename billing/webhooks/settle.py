"""Writing down what came of attempts, and letting the next delivery of each object into line.

Both in one transaction, which counts only while the lane is the worker's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne

from billing.database import Row, database
from billing.transactions import in_transaction
from billing.webhooks.lanes import hold_lane
from billing.webhooks.models import DELIVERIES, KEPT_FOR
from billing.webhooks.outcome import Attempt
from billing.webhooks.save_endpoint import disable_endpoint
from billing.webhooks.schedule import is_failing, next_attempt, pause_after

_KEPT_ATTEMPTS = 20
_KEPT_CHARACTERS = 1_000_000  # of what was posted; MongoDB would refuse more than 16 MiB


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint fares: failures in a row, since when, and until when it is left alone."""

    failures: int = 0
    failing_since: datetime | None = None
    resume_at: datetime | None = None

    @property
    def is_failing(self) -> bool:
        return is_failing(self.failures)

    def after(self, attempts: Sequence[Attempt], now: datetime) -> "Health":
        """The health once these attempts are over."""
        failures, since = self.failures, self.failing_since
        for attempt in attempts:
            if attempt.outcome.is_delivered:
                failures, since = 0, None
            else:
                failures, since = failures + 1, since or attempt.began_at
        resume_at = now + pause_after(failures) if is_failing(failures) else None
        return Health(failures, since, resume_at)

    def row(self) -> Row:
        """As the lane keeps it."""
        return {
            "failures": self.failures,
            "failing_since": self.failing_since,
            "resume_at": self.resume_at,
        }


def health_of(lane: Row) -> Health:
    """The health as a lane keeps it."""
    return Health(lane.get("failures", 0), lane.get("failing_since"), lane.get("resume_at"))


def settle(
    worker: str, endpoint_id: str, attempts: Sequence[Attempt], health: Health, now: datetime
) -> Health:
    """Write down the attempts; the endpoint's health afterwards. Raises LaneLost.

    An endpoint that works again after it was failing gets all that waits for it at once.
    """
    after = health.after(attempts, now)
    results = [(attempt, _result(attempt, now)) for attempt in attempts]
    updates = [_update(attempt, result) for attempt, result in results]
    settled = [a.delivery["_id"] for a, result in results if result["status"] != "pending"]

    def write() -> None:
        hold_lane(worker, endpoint_id, {"$set": after.row()})
        database()[DELIVERIES].bulk_write(updates, ordered=False)
        _promote(endpoint_id, settled, now)
        if health.is_failing and not after.is_failing:
            bring_forward(endpoint_id, now)
        if any(attempt.outcome.is_gone for attempt in attempts):
            disable_endpoint(endpoint_id, reason="gone")

    in_transaction(write)
    return after


def bring_forward(endpoint_id: str, now: datetime) -> None:
    """Let all that is in line for an endpoint be due now."""
    later = {"endpoint_id": endpoint_id, "place": "line", "next_attempt_at": {"$gt": now}}
    database()[DELIVERIES].update_many(later, {"$set": {"next_attempt_at": now}})


def _result(attempt: Attempt, now: datetime) -> Row:
    """What the attempt makes of its delivery: the fields to set, among them the status."""
    row, outcome = attempt.delivery, attempt.outcome
    kept: Row = {"body": attempt.body} if len(attempt.body) <= _KEPT_CHARACTERS else {}
    if outcome.is_delivered:
        return {**kept, "status": "delivered", "delivered_at": now, "expires_at": now + KEPT_FOR}
    again = next_attempt(row["tries"] + 1, now, row["give_up_at"], outcome.retry_after)
    if again is None or outcome.is_gone:
        return {**kept, "status": "failed", "expires_at": now + KEPT_FOR}
    return {**kept, "status": "pending", "next_attempt_at": again}


def _update(attempt: Attempt, result: Row) -> UpdateOne:
    entry = attempt.outcome.row(attempt.began_at)
    change: Row = {
        "$set": result,
        "$inc": {"tries": 1},
        "$push": {"attempts": {"$each": [entry], "$slice": -_KEPT_ATTEMPTS}},
    }
    if result["status"] != "pending":
        change["$unset"] = {"place": 1, "next_attempt_at": 1}
    return UpdateOne({"_id": attempt.delivery["_id"], "place": "line"}, change)


def _promote(endpoint_id: str, settled: list[str], now: datetime) -> None:
    """Let the next of each object into line, after those that are settled."""
    behind = [
        {"$match": {"endpoint_id": endpoint_id, "place": "behind"}},
        {"$sort": {"seq": 1}},
        {"$limit": 1},
        {"$project": {"_id": 1}},
    ]
    of_the_same_object = {
        "from": DELIVERIES,
        "localField": "object_id",
        "foreignField": "object_id",
        "pipeline": behind,
        "as": "next",
    }
    found = database()[DELIVERIES].aggregate(
        [{"$match": {"_id": {"$in": settled}}}, {"$lookup": of_the_same_object}]
    )
    ids = [following["_id"] for row in found for following in row["next"]]
    if ids:
        due = {"$set": {"place": "line", "next_attempt_at": now}}
        database()[DELIVERIES].update_many({"_id": {"$in": ids}}, due)
