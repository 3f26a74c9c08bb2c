"""Explanations over the API: for those who may see the invoice."""

from __future__ import annotations

from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_invoice
from tests.billing.invoices.recompute import recompute


def test_an_invoice_explains_itself(admin: CheckedClient) -> None:
    invoice = create_invoice()
    answer = admin.get(f"/invoices/{invoice.id}/explain")
    assert answer.status_code == 200
    assert answer.json["number"] == invoice.number
    (line,) = answer.json["lines"]
    assert line["sentence"] == "2 × $50.00 (the price entered on this invoice) = $100.00."  # noqa: RUF001
    recompute(answer.json)


def test_a_customer_sees_their_own_explanations_alone(speaking_as: Speaker) -> None:
    customer = create_customer()
    own = speaking_as("customer", customer_id=customer.id)
    mine, others = create_invoice(customer_id=customer.id), create_invoice()
    draft = create_invoice(customer_id=customer.id, draft=True)
    assert own.get(f"/invoices/{mine.id}/explain").status_code == 200
    for hidden in (others, draft):
        assert own.get(f"/invoices/{hidden.id}/explain").json["code"] == "invoice_not_found"
