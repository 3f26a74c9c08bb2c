"""gunicorn's settings for the ceiling: as many processes and threads as the portal has, else it and
the driver are as they come."""

import os

from billing import database

bind = f"127.0.0.1:{os.environ['PORT']}"
worker_class = "gthread"
workers = int(os.environ["WEB_CONCURRENCY"])
threads = 8
keepalive = 5
control_socket_disable = True


def post_worker_init(_worker: object) -> None:
    """Each worker opens its own connection, as in the portal."""
    database.connect(os.environ["MONGODB_URI"])
