"""A Celery worker for billing runs: `flask billing celery-worker` becomes this.

    python -m portal.celery_worker [--concurrency N]

It bills chunks of runs that were begun with `flask billing run --celery`, until SIGTERM or Ctrl-C;
then it finishes the chunks in hand. Each of its processes has a connection of its own, opened
after the fork.
"""

import argparse
import logging
import logging.config
import sys
from functools import partial
from typing import Any

from celery import signals

from billing import database
from billing.embedded import EmbeddedMongoError
from billing.run_queue.app import make_app
from billing.settings import Settings, SettingsError
from portal import tracing
from portal.cli.database import database_uri
from portal.telemetry import logging_config


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="flask billing celery-worker")
    parser.add_argument("--concurrency", type=int, help="processes [default: the cores]")
    concurrency = parser.parse_args(arguments).concurrency
    try:
        settings = Settings.load()
        if not settings.redis_url:
            raise SettingsError("REDIS_URL: a Celery worker needs Redis.")
        logging.config.dictConfig(logging_config(settings.log_level))
        with database_uri(settings) as uri:
            _work(settings.redis_url, uri, concurrency or settings.web_concurrency)
    except (SettingsError, EmbeddedMongoError) as error:
        print(f"Duebill: {error}", file=sys.stderr)
        return 1
    return 0


def _work(redis_url: str, uri: str, concurrency: int) -> None:
    connect, disconnect = partial(_connect, uri), _disconnect
    signals.worker_process_init.connect(connect)
    signals.worker_process_shutdown.connect(disconnect)
    options = ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle"]
    try:
        make_app(redis_url).worker_main(["--quiet", "worker", "--loglevel", "WARNING", *options])
    except SystemExit as ended:  # Celery's way to return
        if ended.code:
            raise


def _connect(uri: str, **_: Any) -> None:
    tracing.begin("celery")
    database.connect(uri)


def _disconnect(**_: Any) -> None:
    database.disconnect()
    tracing.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
