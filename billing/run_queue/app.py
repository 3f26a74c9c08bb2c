"""The Celery application: the one task that workers know."""

from celery import Celery
from celery.app.task import Task

from billing.actors import SYSTEM, Actor, acting_as
from billing.run_queue.configuration import configuration
from billing.run_queue.turn import RedisTurn
from billing.runs.chunks import chunks_left, run_of_chunk
from billing.runs.models import BillingRun
from billing.runs.queries import get_run
from billing.runs.run_billing import finish_run
from billing.runs.work import work_this_chunk
from billing.tracing import span


class BillChunk(Task):
    """Bills a chunk, given its id."""

    name = "duebill.bill_chunk"

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url

    def run(self, chunk_id: str) -> None:
        """What a worker does."""
        bill(chunk_id, self._redis_url)


def make_app(redis_url: str) -> Celery:
    """The application on this Redis. Workers and those who send to them make the same one."""
    app = Celery("duebill", set_as_current=False)
    app.conf.update(configuration(redis_url))
    app.register_task(BillChunk(redis_url))
    return app


def task_of(app: Celery) -> Task:
    """The application's own BillChunk."""
    return app.tasks[BillChunk.name]


def bill(chunk_id: str, redis_url: str) -> None:
    """Bill a chunk in the name of whoever began its run, and close the run after the last one.

    Does nothing where the chunk is done or somebody works on it.
    """
    if (run_id := run_of_chunk(chunk_id)) is None:
        return
    with acting_as(actor_of(get_run(run_id))), span("bill a chunk"):
        work_this_chunk(chunk_id, RedisTurn(redis_url, run_id))
        if not chunks_left(run_id):
            finish_run(run_id)


def actor_of(run: BillingRun) -> Actor:
    """In whose name the run is worked on."""
    return Actor(**run.worked_for) if run.worked_for else SYSTEM
