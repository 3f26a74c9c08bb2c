"""`flask serve`: hand this process over to gunicorn, which serves in every mode."""

import os
import sys

import click

COMMAND = ("-m", "gunicorn", "-c", "portal/gunicorn_conf.py", "wsgi:app")


@click.command("serve")
def serve() -> None:
    """Serve the portal on PORT until stopped (Ctrl-C or SIGTERM)."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *COMMAND])  # noqa: S606 -- our own interpreter
