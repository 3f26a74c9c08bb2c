"""How fast events get out: numbered, put into the outbox, delivered to a receiver that is fast.

The ceiling posts the same bytes to the same receiver from as many threads as an endpoint gets, and
writes nothing down. Worker and receiver have processes of their own.
"""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from typing import Any

from bench.beside import listening, until_done, worked_off
from bench.table import Row
from billing import database, indexes, sealing
from billing.events.models import event_row
from billing.webhooks import targets
from billing.webhooks.deliver import Deliverer
from billing.webhooks.fan_out import sequence_waiting
from billing.webhooks.inputs import WebhookEndpointInput
from billing.webhooks.lane import AT_ONCE
from billing.webhooks.queries import count_pending
from billing.webhooks.relay import Relay
from billing.webhooks.save_endpoint import create_endpoint
from billing.webhooks.send import Sender
from billing.workers.worker import Worker

EVENTS = 5_000
OBJECTS = 1_000
TARGET = 500.0
SECRET = "of the benchmark alone, as long as need be"


def rows(uri: str) -> list[Row]:
    """Every figure, measured on a database of its own at this server."""
    _connect(uri.replace("/duebill?", "/bench_webhooks?"))
    with listening(_receive) as port:
        url = f"http://127.0.0.1:{port}/"
        create_endpoint(WebhookEndpointInput(url=url, event_types=["plan.*"]))
        numbered = _number()
        ceiling = _ceiling(url)
        delivered, memory = _deliver()
    print(f"  webhooks: {delivered:,.0f}/s, the worker's peak {memory} MiB", flush=True)
    database.database().client.drop_database("bench_webhooks")
    database.disconnect()
    return [
        Row("events numbered and put into the outbox", numbered, "events/s"),
        Row("webhooks delivered", delivered, "deliveries/s", ceiling=ceiling, target=TARGET),
    ]


def _connect(uri: str) -> None:
    sealing.use_secret(SECRET)
    targets.allow_private(True)
    database.connect(uri)
    indexes.ensure_indexes()


def _number() -> float:
    """Events per second."""
    events = [event_row("plan.updated", f"plan_{n % OBJECTS}") for n in range(EVENTS)]
    for start in range(0, EVENTS, 1000):
        database.database().events.insert_many(events[start : start + 1000])
    began = time.perf_counter()
    sequence_waiting(600)
    return EVENTS / (time.perf_counter() - began)


def _ceiling(url: str) -> float:
    body = b'{"type":"plan.updated","data":{' + b'"name":"value",' * 30 + b'"seq":1}}'

    def post(count: int) -> None:
        sender = Sender()
        for _ in range(count):
            assert sender.post(url, {"Content-Type": "application/json"}, body).is_delivered
        sender.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(post, [EVENTS // AT_ONCE] * AT_ONCE))
    return EVENTS / (time.perf_counter() - began)


def _deliver() -> tuple[float, int]:
    """Deliveries per second from the first until all are delivered, and the worker's peak MiB."""
    return worked_off(
        _work,
        (database.uri(),),
        EVENTS,
        so_far=lambda: EVENTS - count_pending(EVENTS),
        is_left=lambda: count_pending(1) > 0,
    )


def _work(uri: str, done: Event, peak: Any) -> None:
    _connect(uri)
    worker = Worker()
    until_done(worker, [Relay(), Deliverer(worker.id)], done, peak)


def _receive(server: socket.socket) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()

    async def serve() -> None:
        await (await asyncio.start_server(answer, sock=server)).serve_forever()

    asyncio.run(serve())
