"""Everything that moves money, as the API is asked for it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from billing.database import Row, database
from drills.world import seed
from drills.world.client import Client
from drills.world.world import World


@dataclass(frozen=True)
class Act:
    """What is clicked, and how what came of it is counted."""

    name: str
    method: str
    path: str
    body: Row
    count: Callable[[], int]
    uses_itself_up: bool = False


def money_acts(found: World) -> list[Act]:
    """Each on objects of its own."""
    client = found.client(found.portals[0])
    return [*_of_payments(client), *_of_notes(client), *_of_invoices(client), *_of_terms(client)]


def _of_payments(client: Client) -> list[Act]:
    paid, refunded, charged = (invoice.id for invoice in seed.invoices(3))
    charge = {"invoice_id": charged, "provider": "fake", **_CARD}
    payment = client.post("/payments", {**charge, "invoice_id": refunded}).body["id"]
    refunds = partial(_count, "refunds", payment_id=payment)
    return [
        Act("pay", "PUT", f"/invoices/{paid}/pay", {}, partial(payments_of, paid), True),
        Act("charge", "POST", "/payments", charge, partial(_charges, charged), True),
        Act("refund", "POST", f"/payments/{payment}/refund", {}, refunds, True),
    ]


def _of_notes(client: Client) -> list[Act]:
    credited, noted = (invoice.id for invoice in seed.invoices(2))
    note = client.post("/credit_notes", {"invoice_id": noted, "amount": 1000}).body["id"]
    notes = partial(_count, "credit_notes", invoice_id=credited)
    voided = partial(_told, "credit_note.voided", note)
    return [
        Act("credit note", "POST", "/credit_notes", {"invoice_id": credited}, notes, True),
        Act("void a credit note", "POST", f"/credit_notes/{note}/void", {}, voided, True),
    ]


def _of_invoices(client: Client) -> list[Act]:
    customer = seed.stored_customer()
    open_ = seed.invoices(1)[0].id
    body = {"customer_id": customer, **_LINES}
    draft = client.post("/invoices", {**body, "draft": True}).body["id"]
    voided, issued = partial(_told, "invoice.voided", open_), partial(_told, _ISSUED, draft)
    made = partial(_count, "invoices", customer_id=customer)
    return [
        Act("void", "POST", f"/invoices/{open_}/void", {}, voided, True),
        Act("finalize", "POST", f"/invoices/{draft}/finalize", {}, issued, True),
        Act("invoice", "POST", "/invoices", body, made),
    ]


def _of_terms(client: Client) -> list[Act]:
    customer, plan = seed.stored_customer(), seed.plan(pricing_model="per_unit").id
    who = {"customer_id": customer, "plan_id": plan}
    subscription = client.post("/subscriptions", who).body["id"]
    more = {"quantity": 3, "proration_behavior": "always_invoice"}
    credit = {"amount": 500, "currency": "USD", "reason": "Goodwill"}
    begun = partial(_count, "subscriptions", customer_id=customer)
    billed = partial(_count, "invoices", subscription_id=subscription)
    granted = partial(_count, "credit_entries", customer_id=customer)
    return [
        Act("subscribe", "POST", "/subscriptions", who, begun),
        Act("change at once", "PATCH", f"/subscriptions/{subscription}", more, billed),
        Act("grant credit", "POST", f"/customers/{customer}/credits", credit, granted),
        Act("run", "POST", "/billing_runs", {}, partial(_count, "billing_runs")),
    ]


_CARD = {"method": "card", "reference": "fake_ok"}
_ISSUED = "invoice.finalized"
_LINES = {"line_items": [{"description": "Consulting", "quantity": 1, "unit_amount": 5000}]}


def _count(collection: str, **where: str) -> int:
    return database()[collection].count_documents(where)


def payments_of(invoice_id: str) -> int:
    return _count("payments", invoice_id=invoice_id, status="succeeded")


def _charges(invoice_id: str) -> int:
    """What the provider has taken, whatever we know of it."""
    ids = [row["_id"] for row in database().payments.find({"invoice_id": invoice_id})]
    return database().fake_provider.count_documents({"_id": {"$in": ids}})


def _told(event: str, object_id: str) -> int:
    return _count("events", type=event, object_id=object_id)
