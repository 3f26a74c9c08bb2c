"""gunicorn's configuration: `gunicorn -c portal/gunicorn_conf.py wsgi:app`.

Named as a file, not as a module: prometheus_client decides while it is imported whether several
processes share their figures, so the directory must be in the environment before that.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Any

from billing.settings import Settings, SettingsError

try:
    _settings = Settings.load()
    _metrics = _settings.data_dir / "metrics" / str(os.getpid())
    _metrics.mkdir(parents=True, exist_ok=True)
except SettingsError as _error:
    sys.exit(f"Duebill cannot start: {_error}")
except OSError as _error:
    sys.exit(f"Duebill cannot start: DATA_DIR: {_error.filename}: {_error.strerror}.")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics)

from billing import database
from billing.driver_sockets import read_ahead
from billing.patience import WEB_SECONDS
from billing.rate_limits.shared import shared_counters
from portal.cores import give_core, stay_on_core
from portal.door import refuse_when_told_to_end
from portal.memory import share_one_heap
from portal.start import current_start
from portal.telemetry import logging_config, worker_gone
from portal.worker import Logger, Worker, stop_gracefully_at_first

_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port}"
proc_name = "duebill"
worker_class = Worker
logger_class = Logger
workers = _settings.web_concurrency
_YOUNG_OBJECTS = 10_000
"""How many come to be between two looks for what is garbage: what a dozen requests make."""
threads = 8
timeout = 60
graceful_timeout = 30
keepalive = 5
control_socket_disable = True
_memory = Path("/dev/shm")  # noqa: S108  # nosec B108
worker_tmp_dir = str(_memory) if os.access(_memory, os.W_OK) else None
logconfig_dict = logging_config(_settings.log_level)


def on_starting(_server: Any) -> None:
    """In the master, before it listens."""
    share_one_heap()
    shared_counters()  # made before the workers are, so that they count together
    current_start(_settings, _metrics).begin(meanwhile=_load)


def _load() -> None:
    # Imported here, after PROMETHEUS_MULTIPROC_DIR is set and the first look at the settings.
    from portal.app import load

    load()


def when_ready(server: Any) -> None:
    """The master listens; what arrives now waits for the workers."""
    stop_gracefully_at_first(server)
    refuse_when_told_to_end(server)
    start = current_start(_settings, _metrics)
    start.start_worker()
    start.announce()


def pre_fork(server: Any, worker: Any) -> None:
    """In the master, which knows the workers that live."""
    give_core(worker, server.WORKERS.values(), workers)


def post_worker_init(worker: Any) -> None:
    """Each worker opens its own connection: a MongoClient does not survive a fork."""
    stay_on_core(worker)
    database.disconnect()
    read_ahead()
    uri = current_start(_settings, _metrics).uri
    database.connect(uri, patience=WEB_SECONDS)
    gc.freeze()  # the modules and the application, which stay: collections need not look at them
    gc.set_threshold(_YOUNG_OBJECTS)


def child_exit(_server: Any, worker: Any) -> None:
    """A worker is gone; what it counted stays counted."""
    worker_gone(worker.pid)


def on_exit(_server: Any) -> None:
    """The last worker is gone."""
    current_start(_settings, _metrics).end()
