"""The worker's process: what goes on in the background, without pages and API.

    python -m portal.background                    (`flask worker` is this)
    python -m portal.background --role scheduler   (`flask scheduler` is this)

It numbers events, delivers webhooks, sends mail and begins what the clock begins, until SIGTERM or
Ctrl-C; then it lets what is under way finish. A job more is a line below `_jobs`.
"""

import argparse
import logging
import logging.config
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

import click

from billing import copies, sealing
from billing.dunning.daily import DailyDunning
from billing.dunning.sums import BOARD
from billing.letters.postman import Postman
from billing.letters.trial_notices import TrialNotices
from billing.personal_data.jobs import Erasures
from billing.reports.figures import OVERVIEW
from billing.reports.kept import KeptSumsJob
from billing.runs.daily import DailyBilling
from billing.settings import Settings, SettingsError
from billing.turns import share_turns
from billing.webhooks import targets
from billing.webhooks.deliver import Deliverer
from billing.webhooks.relay import Purge, Relay
from billing.workers.worker import Job, Worker
from portal import tracing
from portal.cli.database import with_database
from portal.memory import share_one_heap
from portal.runs.launch import launch_run
from portal.telemetry import logging_config

_log = logging.getLogger("duebill.worker")

ROLES = ("all", "worker", "scheduler")


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="flask worker", description="Work in the background.")
    parser.add_argument("--parent", type=int, help="end when the process with this id has ended")
    parser.add_argument("--role", choices=ROLES, default="all", help="which jobs it does")
    given = parser.parse_args(arguments)
    parent: int | None = given.parent
    share_one_heap()
    try:
        settings = Settings.load()
        logging.config.dictConfig(logging_config(settings.log_level))
        tracing.begin("worker")
        sealing.use_secret(settings.secret_key)
        copies.use_redis(settings.redis_url)
        share_turns(settings.data_dir)
        targets.allow_private(settings.webhook_allow_private)
        _work(settings, given.role, lambda: parent is None or os.getppid() == parent)
    except SettingsError as error:
        print(f"Duebill: {error}", file=sys.stderr)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return 0


@with_database
def _work(settings: Settings, role: str, is_wanted: Callable[[], bool]) -> None:
    worker = Worker()

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _log.info("The worker %s begins (%s)", worker.id, role)
    worker.run(_jobs(worker, settings, role), is_wanted=is_wanted)
    _log.info("The worker %s has ended", worker.id)


def _jobs(worker: Worker, settings: Settings, role: str) -> list[Job]:
    outbox = [] if role == "scheduler" else _of_the_outbox(worker.id, settings)
    clock = [] if role == "worker" else _of_the_clock(worker.id, settings)
    return [*outbox, *clock]


def _of_the_outbox(own: str, settings: Settings) -> list[Job]:
    """What follows from what others did."""
    sums = KeptSumsJob(OVERVIEW, BOARD)
    return [Relay(), Deliverer(own), Purge(), sums, Postman(settings)]


def _of_the_clock(own: str, settings: Settings) -> list[Job]:
    """What begins because it is time; leases see to it that several schedulers do it once."""
    jobs: list[Job] = [DailyBilling(own, launch_run), DailyDunning(own), TrialNotices()]
    return [*jobs, Erasures(settings.retention_years)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
