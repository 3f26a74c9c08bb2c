"""`flask worker`: hand this process over to the worker, which needs no web application."""

import os
import sys

import click

COMMAND = ("-m", "portal.background")


@click.command("worker")
def worker() -> None:
    """Number events, deliver webhooks and send mail until stopped (Ctrl-C or SIGTERM).

    Several may run.
    """
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *COMMAND])  # noqa: S606 -- our own interpreter
