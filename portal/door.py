"""How a portal stops listening, so that a balancer notices at once and no request is lost.

gunicorn's workers hold the listening socket open for as long as they finish what is under way.
Meanwhile the kernel goes on taking connections that nobody will serve: a POST that was sent into
one is answered by nobody, and must not be repeated by a balancer, which cannot know that. A
connection that is refused goes to another portal instead, whatever its request is.
"""

import ctypes
import socket
import struct
import sys
import time
from contextlib import suppress

from gunicorn.arbiter import Arbiter

_ATTACH_FILTER = 26  # SO_ATTACH_FILTER, Linux' socket(7)
_TCP_INFO_BYTES = 104
_QUEUED_AT = 24  # tcpi_unacked, which is the length of the queue where a socket listens
_HANDSHAKES_SECONDS = 0.1
_MOST_SECONDS = 2.0

# Drops what asks for a new connection (SYN without ACK), and lets all else through: the end of a
# handshake that has begun. Each instruction is code, jump if true, jump if false, operand.
_NO_NEW_CONNECTIONS = (
    (0x30, 0, 0, 13),  # the byte of TCP's flags
    (0x54, 0, 0, 0x12),
    (0x15, 0, 1, 0x02),
    (0x06, 0, 0, 0),
    (0x06, 0, 0, 0xFFFFFFFF),
)


def refuse_when_told_to_end(server: Arbiter) -> None:
    """In the master: SIGTERM closes the door before the workers are told to finish."""
    if sys.platform != "linux" or server.systemd:  # whose socket outlives the portal
        return
    end = server.handle_term

    def close_then_end() -> None:
        close_door([listener.sock for listener in server.LISTENERS])
        end()

    server.handle_term = close_then_end  # type: ignore[method-assign]


def close_door(listeners: list[socket.socket]) -> None:
    """Let the workers take who has knocked already, then refuse everybody.

    Who knocks in between is not heard; TCP knocks again after a second, and is refused.
    """
    for listener in listeners:
        _hear_nobody_new(listener)
    until = time.monotonic() + _MOST_SECONDS
    time.sleep(_HANDSHAKES_SECONDS)
    while any(map(_queued, listeners)) and time.monotonic() < until:
        time.sleep(0.01)
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)


def _hear_nobody_new(listener: socket.socket) -> None:
    """A filter in the kernel, or where a container may set none, the shortest queue there is."""
    listener.listen(0)
    with suppress(OSError):
        _set_filter(listener)


def _set_filter(listener: socket.socket) -> None:
    program = b"".join(struct.pack("HBBI", *each) for each in _NO_NEW_CONNECTIONS)
    held = ctypes.create_string_buffer(program)
    told = struct.pack("HP", len(_NO_NEW_CONNECTIONS), ctypes.addressof(held))
    listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, told)


def _queued(listener: socket.socket) -> int:
    """Connections that no worker has taken yet."""
    told = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    return int(struct.unpack_from("I", told, _QUEUED_AT)[0])
