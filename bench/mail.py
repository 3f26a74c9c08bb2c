"""How fast mail gets out: claimed, worded, handed over, written down; to a server that is fast.

The ceiling hands over a mail that is there, over as many connections, and writes nothing down.
Sender and mail server (aiosmtpd) have processes of their own.
"""

import asyncio
import smtplib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from typing import Any

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP

from bench.beside import listening, until_done, worked_off
from bench.table import Row
from billing import database, indexes, sealing
from billing.letters import postman
from billing.letters.message import message_of
from billing.letters.postman import Postman
from billing.letters.render import letter_of
from billing.mail.outbox import mail_row
from billing.settings import Settings
from billing.workers.worker import Worker

MAILS = 6_000
TARGET = 500.0
SENDER = "billing@example.com"
SECRET = "of the benchmark alone, as long as need be"


def rows(uri: str) -> list[Row]:
    """One figure, on a database of its own at this server."""
    _connect(uri := uri.replace("/duebill?", "/bench_mail?"))
    with listening(_serve) as port:
        _fill()
        ceiling = _ceiling(port)
        sent, memory = _send(uri, port)
    print(f"  mail: {sent:,.0f}/s, the worker's peak {memory} MiB", flush=True)
    database.database().client.drop_database("bench_mail")
    database.disconnect()
    return [Row("mails sent", sent, "mails/s", ceiling=ceiling, target=TARGET)]


def _connect(uri: str) -> None:
    sealing.use_secret(SECRET)
    database.connect(uri)
    indexes.ensure_indexes()


def _fill() -> None:
    rows = [
        mail_row("reminder", to=f"user{number}@example.com", language="en", facts=_facts(number))
        for number in range(MAILS)
    ]
    database.database().mails.insert_many(rows)


def _facts(number: int) -> dict[str, Any]:
    due = {"amount": [120_000 + number, "EUR"], "due_date": "2026-12-01"}
    return {"name": f"Company {number}", "number": f"INV-2026-{number:06}", **due}


def _ceiling(port: int) -> float:
    mail = database.database().mails.find_one() or {}
    letter = letter_of(mail, "https://billing.example.com", revealed=False)
    content = message_of(mail, letter, None, SENDER)

    def hand_over(count: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for _ in range(count):
                server.sendmail(SENDER, mail["to"], content)

    threads = postman._THREADS
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(hand_over, [MAILS // threads] * threads))
    return MAILS / (time.perf_counter() - began)


def _send(uri: str, port: int) -> tuple[float, int]:
    """Mails per second from the first until all are sent, and the worker's peak MiB."""
    mails = database.database().mails
    found = worked_off(
        _work,
        (uri, port),
        MAILS,
        so_far=lambda: mails.count_documents({"status": "sent"}),
        is_left=lambda: mails.find_one({"status": "waiting"}, {"_id": 1}) is not None,
    )
    assert mails.count_documents({"status": "sent"}) == MAILS
    return found


def _work(uri: str, port: int, done: Event, peak: Any) -> None:
    _connect(uri)
    server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
    settings = Settings.load({"MONGODB_URI": uri, "MAIL_FROM": SENDER, **server})
    until_done(Worker(), [Postman(settings)], done, peak)


def _serve(server: socket.socket) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        taking = await loop.create_server(lambda: SMTP(Sink(), hostname="bench"), sock=server)
        await taking.serve_forever()

    asyncio.run(serve())
