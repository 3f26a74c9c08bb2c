"""Backup, 1,000 payments, restore; then two billing runs and a restore at once.

What came after the backup is gone, and is known to be: portals that ran on show nothing of it, and
nobody is let in by what was given out since. Numbers go on from where the backup left them, without
a gap and without one that is given twice.
"""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from billing.database import database
from billing.invoices.inputs import PayInvoice
from billing.payments.pay_invoice import pay_invoice
from drills.report import Report
from drills.world import seed
from drills.world.books import count_books
from drills.world.children import Child
from drills.world.together import at_once
from drills.world.world import PASSWORD, World, world

INVOICES = 1100
PAYMENTS = 1000
DUE = 2000
LATER = "Renamed after the backup"
_THREADS = 8
_LOOKED_AT = 4.0
_TRIES = 5


def drill(report: Report) -> None:
    """Both on the same database."""
    with world(nodes=1, redis=True) as found:
        file = found.directory / "backup.tar"
        ids = [invoice.id for invoice in seed.invoices(INVOICES)]
        _pay(ids[PAYMENTS:])
        before = _counts()
        report.true("the backup is made", _flask(found, "backup", str(file)) == 0)
        _pay(ids[:PAYMENTS])
        tokens = _go_on(found)
        report.some("payments after the backup", _counts()["payments"], PAYMENTS)
        report.true("it is restored", _restore(found, file) == 0)
        _judge_portals(found, tokens, report)
        differ = sum(before[name] != count for name, count in _counts().items())
        report.zero("collections that are not as they were backed up", differ)
        seed.invoices(10)
        last = database().counters.find_one({}) or {}
        report.zero("numbers skipped or used again", last["last"] - INVOICES - 10)
        count_books(report)
        _at_once(found, report)
        count_books(report)


def _go_on(found: World) -> Any:
    """What portals know of since the backup: settings, and tokens that were given out."""
    client = found.client()
    client.call("PATCH", "/settings", {"name": LATER})
    client.get("/customers")  # counted in Redis
    return client.post("/auth/login", {"email": found.admin.email, "password": PASSWORD}).body


def _judge_portals(found: World, tokens: Any, report: Report) -> None:
    """They ran on all the time. From the first answer after the restore on, all of it is gone."""
    told, later, let_in = 0, 0, 0
    end = time.monotonic() + _LOOKED_AT
    while time.monotonic() < end:
        for portal in found.portals:
            client = found.client(portal)
            settings = client.get("/settings")
            told += settings.is_acknowledged
            later += LATER in str(settings.body)
            token = f"Bearer {tokens['access_token']}"
            let_in += client.call("GET", "/me", Authorization=token).is_acknowledged
    again = found.client().post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    report.some("answers of portals that ran on", told, 10)
    report.zero("settings shown as they were after the backup", later)
    report.zero("let in by a token of after the backup", let_in + again.is_acknowledged)


def _at_once(found: World, report: Report) -> None:
    """The restore may have to wait for a moment at which nobody works; a run may be refused."""
    seed.subscriptions(DUE)
    file = found.directory / "due.tar"
    report.true("what is due is backed up", _flask(found, "backup", str(file)) == 0)
    works = [
        partial(_flask, found, "billing", "run"),
        partial(_flask, found, "billing", "run", "--workers", "2"),
        partial(_restore, found, file),
    ]
    codes = at_once(works)
    report.figure("exit codes of two runs and the restore", codes)
    report.true("the restore is done in the end", codes[-1] == 0 or _restore(found, file) == 0)
    report.true("a run afterwards ends well", _flask(found, "billing", "run") == 0)
    billed = database().invoices.count_documents(seed.BILLED)
    report.zero("not invoiced in the end", DUE - billed)


def _restore(found: World, file: Path) -> int | None:
    for _ in range(_TRIES):
        code = _flask(found, "restore", str(file), "--replace", "--yes", "--no-hold")
        if code == 0:
            return code
    return code


def _flask(found: World, *arguments: str) -> int | None:
    command: Child = found.flask(f"flask {arguments[0]} {len(arguments)}", *arguments)
    command.start()
    return command.wait(150)


def _pay(invoice_ids: Sequence[str]) -> None:
    def pay(part: Sequence[str]) -> None:
        for invoice_id in part:
            pay_invoice(invoice_id, PayInvoice())

    at_once([partial(pay, invoice_ids[n::_THREADS]) for n in range(_THREADS)])


def _counts() -> dict[str, int]:
    names = ("customers", "invoices", "payments", "subscriptions", "credit_entries")
    return {name: database()[name].count_documents({}) for name in names}
