"""Carrying a run out by Celery: who sends its chunks to the workers, and sees that it ends.

Whoever commands sends every open chunk once. When nobody is at work any more and chunks are left
(workers died, or Redis lost what it held), it sends those again and takes them up itself, one
after another, until somebody else is seen at work. So a run ends without any worker, too.
"""

import logging
import time

from celery.app.task import Task
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from billing.actors import current_actor
from billing.closing import is_closed
from billing.database import database
from billing.redis_away import impatient
from billing.run_queue.app import make_app, task_of
from billing.run_queue.turn import RedisTurn
from billing.runs.chunks import chunks_left, goes_on, is_worked_on, open_chunks
from billing.runs.ending import is_ending, leave_run
from billing.runs.models import BillingRun
from billing.runs.run_billing import finish_run
from billing.runs.work import Progress, begin_work, tell_progress, work_free_chunk

QUIET_SECONDS = 3.0
"""When nobody holds a chunk for so long, nobody works."""
_LOOK_SECONDS = 0.25

_log = logging.getLogger("duebill.runs")


def continue_by_celery(
    run_id: str, redis_url: str, *, on_progress: Progress | None = None
) -> BillingRun:
    """Let Celery's workers bill the run until it is finished. Raises BillingRunNotFound."""
    if begin_work(run_id):
        _Command(run_id, redis_url, on_progress).see_to_the_end()
    if is_ending():
        leave_run(run_id)
    return finish_run(run_id)


class _Command:
    def __init__(self, run_id: str, redis_url: str, on_progress: Progress | None) -> None:
        self._run_id, self._redis_url, self._on_progress = run_id, redis_url, on_progress
        self._task: Task = task_of(make_app(redis_url))
        self._turn = RedisTurn(redis_url, run_id)
        self._seen_at = time.monotonic()  # when somebody else was at work, or begun

    def see_to_the_end(self) -> None:
        _note_actor(self._run_id)
        self._send_open()
        while self._is_under_way():
            if self._is_quiet():
                self._send_open()
                while self._is_quiet() and work_free_chunk(self._run_id, self._turn):
                    self._tell()
            time.sleep(_LOOK_SECONDS)
            self._tell()

    def _is_under_way(self) -> bool:
        """Of a run that was stopped, the chunks in hand are still finished."""
        run_id = self._run_id
        if is_ending() or is_closed():
            return False
        return chunks_left(run_id) and (goes_on(run_id) or is_worked_on(run_id))

    def _is_quiet(self) -> bool:
        if is_worked_on(self._run_id):
            self._seen_at = time.monotonic()
        return time.monotonic() - self._seen_at > QUIET_SECONDS

    def _send_open(self) -> None:
        """Send what nobody works on; who gets a chunk twice finds it leased or done."""
        try:
            impatient(self._redis_url).ping()  # Celery would try for seconds
            for chunk_id in open_chunks(self._run_id):
                self._task.apply_async((chunk_id,), retry=False)
        except (OperationalError, RedisError) as error:
            _log.warning("Redis does not answer, chunks are not sent: %s", error)

    def _tell(self) -> None:
        if self._on_progress:
            tell_progress(self._run_id, self._on_progress)


def _note_actor(run_id: str) -> None:
    """Workers elsewhere act in the name of whoever has the run worked on now."""
    actor = current_actor()
    told = {"type": actor.type, "id": actor.id, "name": actor.name}
    database().billing_runs.update_one({"_id": run_id}, {"$set": {"worked_for": told}})
