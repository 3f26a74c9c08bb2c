"""The database for the time of one command: the configured one, or the embedded one.

Every `flask …` command that touches data wears `@with_database`. When a portal runs on the same
DATA_DIR the command shares its mongod; otherwise one starts, and stops with the command.
"""

import functools
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ParamSpec, TypeVar

import click
import pymongo
from flask.cli import AppGroup
from pymongo.errors import ConnectionFailure, PyMongoError

from billing import database
from billing.backups.errors import BackupError
from billing.closing import forget, is_closed, refuse_while_closed
from billing.embedded import EmbeddedMongoError, embedded_mongodb
from billing.errors import BillingError
from billing.events.adopt_old import adopt_old_events
from billing.indexes import INDEXES, ensure_indexes
from billing.maintenance.errors import MaintenanceError
from billing.migrations.version import NewerDatabase, outstanding, refuse_newer, stamp_if_fresh
from billing.settings import Settings, SettingsError
from billing.tracing import span
from portal import tracing

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("duebill.database")

_FIRST_SECONDS = 3.0

cli = AppGroup("db", help="Look after the database.")


class DatabaseUnusable(Exception):
    """The configured database cannot serve Duebill; the text is one line for a person."""


_TOLD = (
    SettingsError,
    EmbeddedMongoError,
    DatabaseUnusable,
    BackupError,
    MaintenanceError,
    NewerDatabase,
    BillingError,
)
"""What is one line at the terminal."""


@contextmanager
def database_uri(settings: Settings) -> Iterator[str]:
    """MONGODB_URI, or the URI of the embedded MongoDB, which runs until this context ends."""
    if settings.mongodb_uri:
        yield settings.mongodb_uri
        return
    with embedded_mongodb(settings.data_dir) as uri:
        yield uri


@contextmanager
def connected(uri: str) -> Iterator[None]:
    """A connection to a database that has transactions and all its indexes."""
    database.disconnect()
    database.connect(uri)
    forget()  # what another database said of itself
    try:
        with pymongo.timeout(_FIRST_SECONDS):  # a wrong address is no election
            _require_transactions()
        if not is_closed():  # a restore is about to bring collections and indexes of its own
            refuse_newer()
            ensure_indexes()
            adopt_old_events()
            _look_at_schema()
        yield
    except ConnectionFailure as error:
        text = str(error).partition(" (configured timeouts")[0]
        raise DatabaseUnusable(f"MONGODB_URI: the database does not answer: {text}.") from None
    finally:
        database.disconnect()


def _look_at_schema() -> None:
    """Older documents are read as they are; somebody should know that they are there."""
    stamp_if_fresh()
    if left := outstanding():
        _log.warning("%s migrations are outstanding: run `flask db upgrade`", len(left))


def _require_transactions() -> None:
    hello = database.database().client.admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise DatabaseUnusable(
            "MONGODB_URI: Duebill needs transactions, so MongoDB must run as a replica set "
            "(one member is enough: mongod --replSet rs0, then rs.initiate())."
        )


def with_database(command: Callable[P, T]) -> Callable[P, T]:
    """Run a click command with the database connected; refusals become one line, exit code 1.

    Processes the command starts find the same database in MONGODB_URI. While a backup is being
    restored, it is refused.
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        refuse_while_closed()
        return command(*args, **kwargs)

    return with_database_even_closed(run)


def with_database_even_closed(command: Callable[P, T]) -> Callable[P, T]:
    """The same for the commands that restore."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        signal.signal(signal.SIGTERM, _terminate)
        try:
            settings = Settings.load()
            tracing.begin("command")
            with database_uri(settings) as uri, connected(uri), _environment(uri), _span(command):
                return command(*args, **kwargs)
        except _TOLD as error:
            raise click.ClickException(str(error)) from error

    return run


def _span(command: Callable[..., object]) -> AbstractContextManager[None]:
    return span(f"flask {command.__module__.rpartition('.')[2]} {command.__name__}")


@contextmanager
def _environment(uri: str) -> Iterator[None]:
    before = os.environ.get("MONGODB_URI")
    os.environ["MONGODB_URI"] = uri
    try:
        yield
    finally:
        if before is None:
            del os.environ["MONGODB_URI"]
        else:
            os.environ["MONGODB_URI"] = before


def _terminate(number: int, _frame: Any) -> None:
    """Leave through every `finally`, so that the embedded MongoDB is not left behind."""
    sys.exit(128 + number)


@cli.command("indexes")
@with_database
def indexes() -> None:
    """Build the indexes that are missing (every start does it too)."""
    try:
        click.echo(f"{len(INDEXES)} collections have their indexes.")
    except PyMongoError as error:
        raise click.ClickException(str(error)) from error
