"""What is sent to MongoDB, as PyMongo itself reports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import mongoengine
import pytest
from pymongo import monitoring

from billing import database

NOW_AND_THEN = {"find maintenance", "find token_families"}
"""What is kept for a second or less, and asked by whoever comes next."""


class Commands(monitoring.CommandListener):
    """The commands since the last `forget`, such as `find customers`."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def forget(self) -> None:
        self.sent.clear()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        command = f"{event.command_name} {event.command.get(event.command_name)}"
        if command not in NOW_AND_THEN:
            self.sent.append(command)

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


def listened_to(listener: monitoring.CommandListener) -> Callable[..., Any]:
    """MongoEngine's connect, with one more who listens."""
    connect = mongoengine.connect

    def listening(*args: Any, event_listeners: Sequence[Any] = (), **options: Any) -> Any:
        return connect(*args, event_listeners=[*event_listeners, listener], **options)

    return listening


@contextmanager
def overheard(uri: str) -> Iterator[Commands]:
    """The connection, made anew with somebody listening for as long as it lasts."""
    commands = Commands()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mongoengine, "connect", listened_to(commands))
        database.disconnect()
        database.connect(uri)
    yield commands
    database.disconnect()
    database.connect(uri)
