"""gunicorn's settings for the ceiling: those of the portal that bear on speed, a core for each
process too. Its worker and the driver are as they come."""

import os
from typing import Any

from billing import database
from portal.cores import give_core, stay_on_core

bind = f"127.0.0.1:{os.environ['PORT']}"
worker_class = "gthread"
workers = int(os.environ["WEB_CONCURRENCY"])
threads = 8
keepalive = 5
control_socket_disable = True


def pre_fork(server: Any, worker: Any) -> None:
    """As in the portal."""
    give_core(worker, server.WORKERS.values(), workers)


def post_worker_init(worker: Any) -> None:
    """Each worker opens its own connection, as in the portal."""
    stay_on_core(worker)
    database.connect(os.environ["MONGODB_URI"])
