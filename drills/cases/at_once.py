"""50 identical payments, every money action clicked 8 times at once, two admins on one record.

The clicks of one go to both portals. With one key they are one deed. Where a deed uses itself up
(an invoice is paid or voided once) that also holds of 8 programs that have a key each.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from billing.database import Row, database
from drills.report import Report
from drills.world import seed
from drills.world.books import count_books
from drills.world.client import Answer, Client
from drills.world.together import at_once
from drills.world.world import World, world

CLICKS = 8
PAYMENTS = 50
EDITS = 20


@dataclass(frozen=True)
class Act:
    """What is clicked, and how what came of it is counted."""

    name: str
    method: str
    path: str
    body: Row
    count: Callable[[], int]
    uses_itself_up: bool = False


def drill(report: Report) -> None:
    """On two portals."""
    with world(nodes=1) as found:
        clients = [found.client(portal) for portal in found.portals]
        _identical_payments(clients, report)
        for act in _acts(found):
            _click(act, clients, report, same_key=True)
        for act in _acts(found):
            if act.uses_itself_up:
                _click(act, clients, report, same_key=False)
        _two_admins(clients, report)
        count_books(report)


def _identical_payments(clients: list[Client], report: Report) -> None:
    """Without any key, as a client that knows nothing of them."""
    (invoice,) = seed.invoices(1)
    body = {"invoice_id": invoice.id, "reference": "the same transfer"}
    pay = [partial(clients[n % 2].post, "/payments", body) for n in range(PAYMENTS)]
    answers = Counter(answer.status for answer in at_once(pay))
    report.figure("identical payments, answers by status", dict(answers))
    report.zero("identical payments taken too often", _payments(invoice.id) - 1)


def _click(act: Act, clients: list[Client], report: Report, *, same_key: bool) -> None:
    before, key = act.count(), uuid4().hex

    def ask(n: int) -> Answer:
        own = key if same_key else f"{key}-{n}"
        return clients[n % 2].call(act.method, act.path, act.body, own)

    answers = at_once([partial(ask, n) for n in range(CLICKS)])
    done = act.count() - before
    how = "one key" if same_key else "a key each"
    told = dict(Counter(answer.status for answer in answers))
    report.zero(f"{act.name}, {how}, {told}: done too often", done - 1)
    if same_key:
        well = {str(answer.body) for answer in answers if answer.is_acknowledged}
        report.zero(f"{act.name}, {how}: different answers", len(well) - 1)


def _two_admins(clients: list[Client], report: Report) -> None:
    """Both have read the record, both write it; the second is told so."""
    customer = seed.stored_customer()
    both = 0
    for n in range(EDITS):
        tag = clients[0].get(f"/customers/{customer}").headers["etag"]

        def edit(who: int, n: int = n, tag: str = tag) -> Answer:
            path, body = f"/customers/{customer}", {"name": f"Edit {n} of {who}"}
            return clients[who].call("PATCH", path, body, **{"If-Match": tag})

        answers = at_once([partial(edit, 0), partial(edit, 1)])
        both += sorted(answer.status for answer in answers) != [200, 412]
    report.zero(f"edits of {EDITS} in which not exactly one admin won", both)
    told = {"object_id": customer, "type": "customer.updated"}
    report.zero("edits lost", EDITS - database().events.count_documents(told))


def _acts(found: World) -> list[Act]:
    """Each on objects of its own."""
    paid, refunded, credited, voided, charged = (invoice.id for invoice in seed.invoices(5))
    customer, terms = seed.stored_customer(), seed.plan(pricing_model="per_unit")
    client = found.client(found.portals[0])
    payment = client.post("/payments", {"invoice_id": refunded, "provider": "fake", **_CARD}).body
    (noted,) = (invoice.id for invoice in seed.invoices(1))
    note = client.post("/credit_notes", {"invoice_id": noted, "amount": 1000}).body
    draft = client.post("/invoices", {"customer_id": customer, **_LINES, "draft": True}).body
    who = {"customer_id": customer, "plan_id": terms.id}
    subscription = client.post("/subscriptions", who).body
    more = {"quantity": 3, "proration_behavior": "always_invoice"}
    charge = {"invoice_id": charged, "provider": "fake", **_CARD}
    credit = {"amount": 500, "currency": "USD", "reason": "Goodwill"}
    return [
        Act("pay", "PUT", f"/invoices/{paid}/pay", {}, partial(_payments, paid), True),
        Act("charge", "POST", "/payments", charge, partial(_charges, charged), True),
        Act(
            "refund",
            "POST",
            f"/payments/{payment['id']}/refund",
            {},
            partial(_count, "refunds", payment_id=payment["id"]),
            True,
        ),
        Act(
            "credit note",
            "POST",
            "/credit_notes",
            {"invoice_id": credited},
            partial(_count, "credit_notes", invoice_id=credited),
            True,
        ),
        Act(
            "void a credit note",
            "POST",
            f"/credit_notes/{note['id']}/void",
            {},
            partial(_told, "credit_note.voided", note["id"]),
            True,
        ),
        Act(
            "void",
            "POST",
            f"/invoices/{voided}/void",
            {},
            partial(_told, "invoice.voided", voided),
            True,
        ),
        Act(
            "finalize",
            "POST",
            f"/invoices/{draft['id']}/finalize",
            {},
            partial(_told, "invoice.finalized", draft["id"]),
            True,
        ),
        Act(
            "invoice",
            "POST",
            "/invoices",
            {"customer_id": customer, **_LINES},
            partial(_count, "invoices", customer_id=customer),
        ),
        Act(
            "subscribe",
            "POST",
            "/subscriptions",
            who,
            partial(_count, "subscriptions", customer_id=customer),
        ),
        Act(
            "change at once",
            "PATCH",
            f"/subscriptions/{subscription['id']}",
            more,
            partial(_count, "invoices", subscription_id=subscription["id"]),
        ),
        Act(
            "grant credit",
            "POST",
            f"/customers/{customer}/credits",
            credit,
            partial(_count, "credit_entries", customer_id=customer),
        ),
        Act("run", "POST", "/billing_runs", {}, partial(_count, "billing_runs")),
    ]


_CARD = {"method": "card", "reference": "fake_ok"}
_LINES = {"line_items": [{"description": "Consulting", "quantity": 1, "unit_amount": 5000}]}


def _count(collection: str, **where: str) -> int:
    return database()[collection].count_documents(where)


def _payments(invoice_id: str) -> int:
    return _count("payments", invoice_id=invoice_id, status="succeeded")


def _charges(invoice_id: str) -> int:
    """What the provider has taken, whatever we know of it."""
    ids = [row["_id"] for row in database().payments.find({"invoice_id": invoice_id})]
    return database().fake_provider.count_documents({"_id": {"$in": ids}})


def _told(event: str, object_id: str) -> int:
    return _count("events", type=event, object_id=object_id)
