"""What is sent to MongoDB, as PyMongo itself reports it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import mongoengine
import pytest
from pymongo import monitoring

from billing import database


class Commands(monitoring.CommandListener):
    """The commands since the last `forget`, such as `find customers`."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def forget(self) -> None:
        self.sent.clear()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.sent.append(f"{event.command_name} {event.command.get(event.command_name)}")

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


@contextmanager
def overheard(uri: str) -> Iterator[Commands]:
    """The connection, made anew with somebody listening for as long as it lasts."""
    commands = Commands()
    with pytest.MonkeyPatch.context() as patch:
        listening = partial(mongoengine.connect, event_listeners=[commands])
        patch.setattr(mongoengine, "connect", listening)
        database.disconnect()
        database.connect(uri)
    yield commands
    database.disconnect()
    database.connect(uri)
