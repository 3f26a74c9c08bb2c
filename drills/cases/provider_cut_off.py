"""The provider's answer is cut off, or the portal dies over it: no charge without its payment.

The naive variant is the client's own retries: what is left pending before `flask billing settle`
asks the provider.
"""

from functools import partial

from billing.database import database
from drills.report import Report
from drills.world import seed
from drills.world.books import count_books
from drills.world.client import Answer, Client
from drills.world.killing import killing_web_processes
from drills.world.together import at_once
from drills.world.world import World, world

SILENT = 30
CHARGED = 120
_CLIENTS = 6


def drill(report: Report) -> None:
    """A provider that takes the money and says nothing; then portals that are killed meanwhile."""
    with world(nodes=1) as found:
        _silent(found, report)
        _killed(found, report)
        command = found.flask("settle", "billing", "settle", "--older-than", "0")
        command.start()
        report.true("the janitor ended well", command.wait(60) == 0)
        report.zero("pending after the janitor", _pending())
        _compare(report)
        count_books(report)


def _silent(found: World, report: Report) -> None:
    client = found.client()
    bodies = [_body(invoice.id, "fake_timeout") for invoice in seed.invoices(SILENT)]
    answers = [client.post("/payments", body, key=body["invoice_id"]) for body in bodies]
    again = [client.post("/payments", body, key=body["invoice_id"]) for body in bodies]
    different = sum(one.body != two.body for one, two in zip(answers, again, strict=True))
    report.zero("other answers when asked again", different)
    report.some("pending since no answer came (naive)", _pending(), SILENT)


def _killed(found: World, report: Report) -> None:
    """Clients ask again with their key until they are answered; half of them are too tired to."""
    client = found.client()
    invoices = seed.invoices(CHARGED)
    parts = [invoices[n::_CLIENTS] for n in range(_CLIENTS)]
    with killing_web_processes(found) as kills:
        at_once([partial(_charge, client, [i.id for i in part]) for part in parts])
    report.some("kills of web processes", kills[0])
    report.figure("left pending by clients that gave up", _pending() - SILENT)


def _charge(client: Client, invoice_ids: list[str]) -> None:
    for n, invoice_id in enumerate(invoice_ids):
        tries = 1 if n % 2 else 100
        answer = Answer(0)
        while not answer.is_settled and tries:
            answer = client.post("/payments", _body(invoice_id, "fake_ok"), key=invoice_id)
            tries -= 1


def _compare(report: Report) -> None:
    """The provider's ledger and ours, payment by payment."""
    charged = {row["_id"]: row["amount"] for row in database().fake_provider.find()}
    kept = database().payments.find({"provider": "fake", "status": "succeeded"})
    paid = {row["_id"]: row["amount"] for row in kept}
    report.some("charges", len(charged), SILENT + CHARGED / 2)
    report.zero("charges without a payment", len(charged.keys() - paid.keys()))
    report.zero("payments without a charge", len(paid.keys() - charged.keys()))
    report.zero("amounts differ by", sum(charged.values()) - sum(paid.values()))


def _pending() -> int:
    return database().payments.count_documents({"status": "pending"})


def _body(invoice_id: str, token: str) -> dict[str, str]:
    return {"invoice_id": invoice_id, "provider": "fake", "method": "card", "reference": token}
