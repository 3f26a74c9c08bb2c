"""Runs of dunning that are kept: begun by staff or by the day, carried out by any process."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from billing import clock
from billing.actors import current_actor
from billing.database import Row, database
from billing.dunning.models import RUNS
from billing.dunning.run_dunning import Dunned, run_dunning
from billing.ids import new_id
from billing.kept_phrases import kept

SKIPS_KEPT = 50
_SILENCE = timedelta(minutes=2)
_TELL_SECONDS = 1.0


def start_dunning_run(day: str | None = None) -> tuple[Row, bool]:
    """A run that is under way, and whether it is a new one that somebody must carry out.

    `day` marks the daily run of that day, which is always a new one.
    """
    newest = last_dunning_run()
    if not day and newest and dunning_run_status(newest) == "running":
        return newest, False
    now = clock.now()
    row: Row = {
        "_id": new_id("dun"),
        "status": "running",
        "asked_by": current_actor().name,
        "day": day,
        **_counts(Dunned()),
        "created_at": now,
        "heartbeat_at": now,
        "finished_at": None,
    }
    database()[RUNS].insert_one(row)
    return row, True


def carry_out_dunning(run_id: str, also: Callable[[], None] | None = None) -> Dunned:
    """Take every step that is due; `also` is called every second or so meanwhile."""
    told = monotonic()

    def tell(dunned: Dunned) -> None:
        nonlocal told
        if monotonic() - told >= _TELL_SECONDS:
            told = monotonic()
            _note(run_id, **_counts(dunned))
            if also:
                also()

    dunned = run_dunning(on_progress=tell)
    _note(run_id, **_counts(dunned), status="completed", finished_at=clock.now())
    return dunned


def last_dunning_run() -> Row | None:
    """The newest run, if there was one."""
    return database()[RUNS].find_one({}, sort=[("_id", -1)])


def dunning_run_status(row: Row) -> str:
    """`running`, `completed`, or `interrupted` when nobody has worked on it for a while."""
    silent = clock.now() - row["heartbeat_at"] > _SILENCE
    return "interrupted" if row["status"] == "running" and silent else str(row["status"])


def _counts(dunned: Dunned) -> Row:
    return {
        "reminded": dunned.reminded,
        "charged": dunned.charged,
        "recovered": dunned.recovered,
        "ended": dunned.ended,
        "skipped": len(dunned.skipped),
        "skips": [{**s, "phrase": kept(s["message"])} for s in dunned.skipped[:SKIPS_KEPT]],
    }


def _note(run_id: str, **values: object) -> None:
    told = {**values, "heartbeat_at": clock.now()}
    database()[RUNS].update_one({"_id": run_id}, {"$set": told})
