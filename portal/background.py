"""The worker's process: what goes on in the background, without pages and API.

    python -m portal.background          (`flask worker` becomes this)

It numbers events, delivers webhooks and sends mail until SIGTERM or Ctrl-C; then it lets what is
under way finish. A job more is a line in `_jobs`.
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

from billing import sealing
from billing.dunning.daily import DailyDunning
from billing.letters.postman import Postman
from billing.letters.trial_notices import TrialNotices
from billing.reports.figures import FiguresJob
from billing.settings import Settings, SettingsError
from billing.webhooks import targets
from billing.webhooks.deliver import Deliverer
from billing.webhooks.relay import Purge, Relay
from billing.workers.worker import Job, Worker
from portal.cli.database import with_database
from portal.telemetry import logging_config

_log = logging.getLogger("duebill.worker")


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="flask worker", description="Work in the background.")
    parser.add_argument("--parent", type=int, help="end when the process with this id has ended")
    parent = parser.parse_args(arguments).parent
    try:
        settings = Settings.load()
        logging.config.dictConfig(logging_config(settings.log_level))
        sealing.use_secret(settings.secret_key)
        targets.allow_private(settings.webhook_allow_private)
        _work(settings, lambda: parent is None or os.getppid() == parent)
    except SettingsError as error:
        print(f"Duebill: {error}", file=sys.stderr)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return 0


@with_database
def _work(settings: Settings, is_wanted: Callable[[], bool]) -> None:
    worker = Worker()

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _log.info("The worker %s begins", worker.id)
    worker.run(_jobs(worker, settings), is_wanted=is_wanted)
    _log.info("The worker %s has ended", worker.id)


def _jobs(worker: Worker, settings: Settings) -> list[Job]:
    own = worker.id
    jobs: list[Job] = [Relay(), Deliverer(own), Purge(), FiguresJob(), DailyDunning(own)]
    return [*jobs, Postman(settings), TrialNotices()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
