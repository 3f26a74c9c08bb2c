"""`flask worker` and `flask scheduler`: this process becomes the worker, which needs no web
application."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

COMMAND = ("-m", "portal.background")
_APPLICATION = "portal.app"


@click.command("worker")
@click.option("--without-schedule", is_flag=True, help="Leave to others what the clock begins.")
def worker(without_schedule: bool) -> None:
    """Number events, deliver webhooks, send mail, and begin what is to be begun daily, until
    stopped (Ctrl-C or SIGTERM).

    Several may run.
    """
    _become("worker" if without_schedule else "all")


@click.command("scheduler")
def scheduler() -> None:
    """Only begin what is to be begun daily: the billing run and the reminders.

    A worker does that too. A scheduler of its own keeps large runs off the machine that delivers;
    several may run, and workers beside them.
    """
    _become("scheduler")


def _become(role: str) -> None:
    """Where the application is loaded, leave it behind."""
    if _APPLICATION not in sys.modules:
        from portal.background import main

        sys.exit(main(["--role", role]))
    sys.stdout.flush()
    command = [sys.executable, *COMMAND, "--role", role]
    os.execv(sys.executable, command)  # noqa: S606 -- our own interpreter


def begin_if_asked(called: Sequence[str]) -> None:
    """Become the worker at once where `called` (sys.argv) is the `flask` command that asks for one:
    it would first load the whole application, to find its commands."""
    program, name = Path(called[0]), "".join(called[1:2])
    commands = {"worker": worker, "scheduler": scheduler}
    if "flask" in (program.name, program.parent.name) and name in commands:
        commands[name].main(list(called[2:]), prog_name=f"flask {name}")
