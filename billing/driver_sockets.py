"""Sockets for MongoDB's driver that ask the system for little.

For each answer PyMongo sets the socket's timeout up to five times, and reads head and rest apart,
each after a look whether anything has come. Every one of these calls lets go of the interpreter's
lock, which a thread of a busy web process gets back after those that wait for it. Here a timeout
is a number, the kernel does the waiting, and what has come is read at once.

PyMongo has no interface for it: the names here that begin with an underscore are its own, and
tests/billing/test_driver_sockets.py holds them against what its own sockets do.
"""

import socket
import struct
from typing import Any

from pymongo import pool_shared
from pymongo.network_layer import _POLL_TIMEOUT, NetworkingInterface

_AHEAD = 65_536
# What getsockopt(2) calls a struct timeval: for so long the driver waits before it looks whether
# it is to go on waiting.
_A_WHILE = struct.pack("@ll", 0, int(_POLL_TIMEOUT * 1_000_000))


class ReadingAhead(socket.socket):
    """A connected socket that takes the place of `plain`, which is spent."""

    def __init__(self, plain: socket.socket) -> None:
        self._timeout = plain.gettimeout()
        super().__init__(fileno=plain.detach())
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _A_WHILE)
        super().settimeout(None)
        self._ahead = memoryview(bytearray(_AHEAD))
        self._next = self._end = 0  # what is read and not yet given: a stretch of it

    def settimeout(self, value: float | None) -> None:
        self._timeout = value

    def gettimeout(self) -> float | None:
        return self._timeout

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """As ever, but for `nbytes` and `flags`, which the driver does not use."""
        if self._next == self._end:
            if len(buffer) >= _AHEAD:
                return self._receive(buffer)
            self._next, self._end = 0, self._receive(self._ahead)
        begin = self._next
        end = self._next = min(begin + len(buffer), self._end)
        buffer[: end - begin] = self._ahead[begin:end]
        return end - begin

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As ever, but for `flags`. What finds no room at once waits for it as ever."""
        try:
            sent = self.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self._as_ever(super().sendall, memoryview(data)[sent:])

    def _receive(self, buffer: Any) -> int:
        if self._timeout != _POLL_TIMEOUT:  # the end of its patience, or somebody else's
            return int(self._as_ever(super().recv_into, buffer))
        try:
            return super().recv_into(buffer)
        except BlockingIOError:
            raise TimeoutError("timed out") from None

    def _as_ever(self, call: Any, data: Any) -> Any:
        super().settimeout(self._timeout)
        try:
            return call(data)
        finally:
            super().settimeout(None)


class _Interface(NetworkingInterface):
    """What the driver makes of a new connection; one that is encrypted stays as it is."""

    def __init__(self, conn: Any) -> None:
        super().__init__(ReadingAhead(conn) if type(conn) is socket.socket else conn)


def read_ahead() -> None:
    """From now on the connections that this process opens read ahead."""
    pool_shared.NetworkingInterface = _Interface  # type: ignore[attr-defined]
