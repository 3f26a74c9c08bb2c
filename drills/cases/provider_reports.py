"""The provider reports each payment six times and out of order, some a day late, under kills.

The naive variant is not to listen: all is pending then. Between the reports that the money came in
stand some that it did not, which is what an earlier try came to. The provider sends each again
until it is taken.
"""

import json
import random
from collections import Counter
from datetime import timedelta
from functools import partial

from billing import clock
from billing.database import database
from billing.payments.providers import fake
from billing.payments.providers.fake import SIGNATURE, FakeProvider
from drills.report import Report
from drills.world import seed
from drills.world.books import count_books
from drills.world.client import Client
from drills.world.killing import killing_web_processes
from drills.world.together import at_once
from drills.world.world import World, world

PAYMENTS = 120
TIMES = 6
_SENDERS = 12
_TRIES = 100

Sent = tuple[bytes, dict[str, str]]


def drill(report: Report) -> None:
    """Payments under way, and then everything about them at once."""
    with world(nodes=1) as found:
        ids = _under_way(found, report)
        _forge(found.client(), ids[0], report)
        with killing_web_processes(found, every=0.3) as kills:
            answers = _report(found, ids)
        report.some("kills of web processes", kills[0])
        report.figure("answers by status", dict(sorted(answers.items())))
        report.zero("reports never taken", len(ids) * (TIMES + 1) - answers[204])
        report.zero("not succeeded", len(ids) - _succeeded(ids))
        report.zero("settled more than once", _settled(ids) - len(ids))
        count_books(report)


def _under_way(found: World, report: Report) -> list[str]:
    """Their ids; half of them began a day ago."""
    client = found.client()
    for invoice in seed.invoices(PAYMENTS):
        body = {"invoice_id": invoice.id, "provider": "fake", "method": "card"}
        client.post("/payments", {**body, "reference": "fake_late"}, key=invoice.id)
    payments = database().payments
    ids = [row["_id"] for row in payments.find({"status": "pending"}, {"_id": 1})]
    report.some("pending until they are reported (naive)", len(ids), PAYMENTS)
    yesterday = {"$set": {"created_at": clock.now() - timedelta(days=1)}}
    payments.update_many({"_id": {"$in": ids[::2]}}, yesterday)
    return ids


def _forge(client: Client, payment_id: str, report: Report) -> None:
    body, _ = _told(payment_id, "succeeded")
    answers = [_send(client, (body, {SIGNATURE: f"{n:064}"})) for n in range(20)]
    report.some("refused since the provider did not sign them", answers.count(422), 20)
    report.zero("settled by them", _succeeded([payment_id]))


def _report(found: World, ids: list[str]) -> Counter[int]:
    """How often each status was answered."""
    reports = [FakeProvider().report(key) for key in ids for _ in range(TIMES)]
    reports += [_told(key, "failed") for key in ids]
    random.Random(5).shuffle(reports)
    parts = [reports[n::_SENDERS] for n in range(_SENDERS)]
    return sum(at_once([partial(_send_all, found.client(), part) for part in parts]), Counter())


def _send_all(client: Client, reports: list[Sent]) -> Counter[int]:
    answers: Counter[int] = Counter()
    for one in reports:
        for _ in range(_TRIES):
            status = _send(client, one)
            answers[status] += 1
            if status == 204:
                break
    return answers


def _send(client: Client, report: Sent) -> int:
    return client.raw("POST", "/api/provider_reports/fake", *report).status


def _told(key: str, status: str) -> Sent:
    body = json.dumps({"key": key, "status": status, "failure_code": "card_declined"}).encode()
    return body, {SIGNATURE: fake.sign(body)}


def _succeeded(ids: list[str]) -> int:
    return database().payments.count_documents({"_id": {"$in": ids}, "status": "succeeded"})


def _settled(ids: list[str]) -> int:
    """How often it was noted that money came in."""
    noted = {"object_id": {"$in": ids}, "type": "payment.succeeded"}
    return database().events.count_documents(noted)
