"""A process that delivers webhooks until it is killed.

    python -m tests.drills.delivering MONGODB_URI

It forks a worker for each line it reads, and writes the worker's process id.
"""

from __future__ import annotations

import os
import signal
import sys

from billing import database, sealing
from billing.webhooks import schedule, targets
from billing.webhooks.deliver import Deliverer, Pace
from billing.webhooks.relay import Purge, Relay
from billing.workers import worker

SECRET_KEY = "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"
IN_A_HURRY = Pace(
    lease_seconds=1.0,
    tend_seconds=0.1,
    look_seconds=0.05,
    connect_seconds=0.3,
    whole_seconds=0.6,
)


def main(uri: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever was killed leaves no zombie
    sealing.use_secret(SECRET_KEY)
    targets.allow_private(True)
    worker.HEARTBEAT_SECONDS, worker._LOOK_SECONDS = 0.1, 0.1
    schedule._WAITS = (0.05, 0.1, 0.2)
    schedule._PAUSES = (0.1, 0.2)
    for _ in sys.stdin:
        if os.fork() == 0:
            database.connect(uri)
            own = worker.Worker()
            os.write(1, f"{os.getpid()}\n".encode())
            own.run([Relay(), Deliverer(own.id, IN_A_HURRY), Purge()])


if __name__ == "__main__":
    main(sys.argv[1])
