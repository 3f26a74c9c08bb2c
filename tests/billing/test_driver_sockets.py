"""The driver's sockets that read ahead: what goes in comes out, and who waits is told in time."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from pymongo import MongoClient, pool_shared
from pymongo.errors import NetworkTimeout
from pymongo.network_layer import _POLL_TIMEOUT
from pymongo.synchronous.pool import Connection

from billing.database import Row
from billing.driver_sockets import _AHEAD, ReadingAhead, _Interface, read_ahead


@pytest.fixture
def pair() -> Iterator[tuple[ReadingAhead, socket.socket]]:
    one, other = socket.socketpair()
    one.settimeout(5)
    with ReadingAhead(one) as ours, other:
        yield ours, other


def _receive(sock: socket.socket, sizes: Iterator[int], length: int) -> bytes:
    """So many bytes, asked for as the driver does: into room of some size, until it is full."""
    found = b""
    while len(found) < length:
        room = bytearray(min(next(sizes), length - len(found)))
        got = 0
        while got < len(room):
            got += sock.recv_into(memoryview(room)[got:])
        found += room
    return found


@pytest.mark.parametrize("timeout", [5.0, _POLL_TIMEOUT, None])
def test_what_is_sent_arrives_whole_and_in_order(
    pair: tuple[ReadingAhead, socket.socket], timeout: float | None
) -> None:
    ours, other = pair
    ours.settimeout(timeout)
    chance = Random(7)
    sent = chance.randbytes(30 * _AHEAD)  # more than the system keeps for both
    sizes = iter(lambda: chance.choice([1, 16, 700, _AHEAD - 1, _AHEAD, 3 * _AHEAD]), 0)
    with ThreadPoolExecutor(1) as beside:
        sending = beside.submit(other.sendall, sent)
        assert _receive(ours, sizes, len(sent)) == sent
        sending.result()
        reading = beside.submit(_receive, other, sizes, len(sent))
        ours.sendall(sent)
        assert reading.result() == sent


def test_what_came_together_is_read_at_once(pair: tuple[ReadingAhead, socket.socket]) -> None:
    ours, other = pair
    other.sendall(b"head" + b"rest of it")
    assert _receive(ours, iter([4]), 4) == b"head"
    with pytest.raises(BlockingIOError):
        ours.recv(1, socket.MSG_DONTWAIT)  # the system has no more
    assert _receive(ours, iter([10]), 10) == b"rest of it"


def test_the_end_is_told_after_what_came_before_it(
    pair: tuple[ReadingAhead, socket.socket],
) -> None:
    ours, other = pair
    other.sendall(b"last words")
    other.close()
    assert _receive(ours, iter([4, 6]), 10) == b"last words"
    assert ours.recv_into(bytearray(4)) == 0


@pytest.mark.parametrize(
    ("timeout", "error"),
    [(_POLL_TIMEOUT, TimeoutError), (0.05, TimeoutError), (0.0, BlockingIOError)],
)
def test_who_waits_for_nothing_is_told_in_time(
    pair: tuple[ReadingAhead, socket.socket], timeout: float, error: type[Exception]
) -> None:
    ours, other = pair
    ours.settimeout(timeout)
    assert ours.gettimeout() == timeout
    began = time.monotonic()
    with pytest.raises(error):
        ours.recv_into(bytearray(16))
    assert time.monotonic() - began >= timeout - 0.01
    other.sendall(b"late")
    assert _receive(ours, iter([4]), 4) == b"late"


def test_who_finds_no_room_to_send_is_told_in_time(
    pair: tuple[ReadingAhead, socket.socket],
) -> None:
    ours, _ = pair
    ours.settimeout(0.05)
    with pytest.raises(TimeoutError):
        ours.sendall(bytes(16 * 2**20))
    with pytest.raises(TimeoutError):
        ours.sendall(b"no room at all")


@pytest.fixture
def client(mongodb_uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MongoClient[Row]]:
    """One whose connections read ahead."""
    monkeypatch.setattr(pool_shared, "NetworkingInterface", pool_shared.NetworkingInterface)
    read_ahead()
    with MongoClient[Row](mongodb_uri) as found:
        yield found


def test_the_driver_takes_them(client: MongoClient[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[object] = []
    receive = Connection.receive_message

    def watch(self: Connection, request_id: int | None) -> object:
        used.append(self.conn.get_conn)
        return receive(self, request_id)

    monkeypatch.setattr(Connection, "receive_message", watch)
    client.admin.command("ping")
    assert used
    assert all(isinstance(one, ReadingAhead) for one in used)


def test_an_encrypted_connection_stays_as_it_is() -> None:
    plain = socket.socket()
    with ssl.create_default_context().wrap_socket(plain, server_hostname="localhost") as encrypted:
        assert _Interface(encrypted).get_conn is encrypted
        assert encrypted.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16) == bytes(16)


def test_large_and_many_answers_come_as_they_were_written(client: MongoClient[Row]) -> None:
    rows = client.get_default_database().read_ahead
    written: list[Row] = [{"_id": n, "text": "x" * (n * 10_007 % 90_000)} for n in range(60)]
    rows.insert_many(written)
    assert list(rows.find(sort=[("_id", 1)], batch_size=7)) == written
    with client.start_session() as session, session.start_transaction():
        rows.delete_many({"_id": {"$lt": 59}}, session=session)
        assert rows.find_one(session=session) == written[59]


def test_the_driver_waits_as_long_as_it_was_told(
    client: MongoClient[Row], mongodb_uri: str
) -> None:
    """MongoDB answers this `hello` when something changes, or after a while."""
    version = client.admin.command("hello")["topologyVersion"]

    def wait(patient: MongoClient[Row], milliseconds: int) -> Row:
        asked = {"hello": 1, "topologyVersion": version, "maxAwaitTimeMS": milliseconds}
        return patient.admin.command(asked)

    assert wait(client, 700)["ok"] == 1  # longer than the driver waits at once
    with MongoClient[Row](mongodb_uri, socketTimeoutMS=700) as impatient:
        impatient.admin.command("ping")
        began = time.monotonic()
        with pytest.raises(NetworkTimeout):
            wait(impatient, 20_000)
        assert 0.6 < time.monotonic() - began < 10


def test_how_long_the_system_waits_is_what_the_driver_says(
    pair: tuple[ReadingAhead, socket.socket],
) -> None:
    seconds = struct.unpack("@ll", pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16))
    assert seconds == (0, int(_POLL_TIMEOUT * 1_000_000))
