"""A customer's contacts get copies of what is mailed about its invoices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from billing import clock
from billing.database import Row
from billing.invoices.inputs import SendInvoice
from billing.invoices.models import Invoice
from billing.invoices.send_invoice import send_invoice
from billing.letters.postman import Postman
from billing.runs.run_billing import run_billing
from billing.seller.inputs import MailsInput, SettingsInput
from billing.seller.save_settings import save_settings
from billing.settings import Settings
from tests.billing.letters.mail_server import MailServer, serving
from tests.factories import create_customer, create_invoice, create_subscription

PAYER, IDA, KAI = "pay@acme.example", "ida@acme.example", "kai@acme.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving(MailServer()) as found:
        yield found


@pytest.fixture
def postman(settings: Settings, server: MailServer) -> Postman:
    return Postman(settings.model_copy(update=server.environ))


@pytest.fixture
def invoice(db: object) -> Invoice:
    return create_invoice(customer=create_customer(**_contacts(IDA, KAI)))


def _contacts(*emails: str) -> dict[str, Any]:
    return {"email": PAYER, "contacts": [{"name": "Somebody", "email": e} for e in emails]}


def test_everybody_gets_the_same_mail(
    invoice: Invoice, server: MailServer, postman: Postman
) -> None:
    send_invoice(invoice.id)
    postman.work()
    (mail,) = server.mails
    assert (mail["To"], mail["Cc"]) == (PAYER, f"{IDA}, {KAI}")
    assert sorted(server.recipients) == sorted([PAYER, IDA, KAI])


def test_another_address_that_is_named_gets_it_alone(
    invoice: Invoice, server: MailServer, postman: Postman
) -> None:
    send_invoice(invoice.id, SendInvoice(to="tax@adviser.example"))
    postman.work()
    (mail,) = server.mails
    assert (mail["To"], mail["Cc"]) == ("tax@adviser.example", None)


@pytest.mark.parametrize(("refused", "status"), [(PAYER, "failed"), (IDA, "sent")])
def test_what_counts_is_the_customers_own_address(
    db: Database[Row], invoice: Invoice, server: MailServer, postman: Postman,
    refused: str, status: str,
) -> None:  # fmt: skip
    server.replies[refused] = "550 No such person"
    send_invoice(invoice.id)
    postman.work()
    (row,) = db.mails.find()
    assert row["status"] == status


def test_the_run_sends_copies_too_but_not_twice_to_one_address(db: Database[Row]) -> None:
    save_settings(SettingsInput(name="Acme", mails=MailsInput(invoices=True)))
    with clock.frozen(clock.now() - timedelta(days=40)):
        create_subscription(customer=create_customer(**_contacts(IDA, PAYER)))
    run_billing()
    (mail,) = db.mails.find({"kind": "invoice"})
    assert (mail["to"], mail["copies"]) == (PAYER, [IDA])
