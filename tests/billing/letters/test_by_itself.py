"""Mail that nobody asks for: queued with the thing itself, once, and to those who want it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from billing import clock
from billing.actors import Actor, acting_as
from billing.changes.cancel import cancel_subscription
from billing.customers.models import Customer
from billing.database import Row
from billing.dunning.run_dunning import run_dunning
from billing.invoices.inputs import PayInvoice
from billing.letters.originals import LANGUAGES
from billing.letters.render import letter_of
from billing.letters.trial_notices import notify_of_trials
from billing.mail.outbox import kept_only
from billing.payments.charge import settle_payment
from billing.payments.pay_invoice import pay_invoice
from billing.payments.providers.base import Outcome
from billing.payments.source import PaymentSource, set_payment_source
from billing.runs.run_billing import run_billing
from billing.seller.inputs import MailsInput, SettingsInput
from billing.seller.save_settings import save_settings
from billing.subscriptions.inputs import CancelSubscription
from tests.factories import (
    create_customer,
    create_invoice,
    create_payment,
    create_plan,
    create_subscription,
    create_test_clock,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.frozen(NOON):
        yield


def allow(**mails: bool) -> None:
    save_settings(SettingsInput(name="Acme", mails=MailsInput(**mails)))


def mails(db: Database[Row], kind: str | None = None) -> list[Row]:
    return list(db.mails.find({"kind": kind} if kind else {}).sort("_id"))


def due_subscription(customer: Customer | None = None) -> None:
    with clock.frozen(NOON - timedelta(days=40)):
        create_subscription(customer=customer or create_customer(), plan=create_plan())


def test_a_run_mails_no_invoice_unless_the_settings_say_so(db: Database[Row]) -> None:
    due_subscription()
    run_billing()
    assert mails(db, "invoice") == []


def test_a_run_mails_what_it_issues(db: Database[Row]) -> None:
    allow(invoices=True)
    german = create_customer(email="ada@example.com", preferences={"locale": "de"})
    due_subscription(german)
    due_subscription(create_customer(preferences={"invoice_delivery": "none"}))
    run_billing()
    (mail,) = mails(db)
    invoice = db.invoices.find_one({"_id": mail["about"]}) or {}
    assert invoice["issue_date"] == "2026-11-23"
    assert (mail["to"], mail["language"]) == ("ada@example.com", "de")
    assert mail["facts"]["number"] == invoice["number"]
    assert mail["document"] == ["invoice", invoice["_id"]]
    run_billing()
    assert len(mails(db)) == 1
    assert letter_of(mail, "", revealed=False).subject == f"Rechnung {invoice['number']} von Acme"


def test_what_a_run_rolls_back_is_not_mailed(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(invoices=True)
    due_subscription()

    class PowerCut(Exception):
        pass

    def fail(*_: object, **__: object) -> None:
        raise PowerCut

    monkeypatch.setattr("billing.runs.mail_invoices.mail_row", fail)
    with pytest.raises(PowerCut):
        run_billing()
    assert mails(db) == []
    assert db.invoices.count_documents({"issue_date": "2026-11-23"}) == 0


def test_a_payment_is_thanked_for_once(db: Database[Row]) -> None:
    payment = create_payment()
    (mail,) = mails(db)
    assert (mail["kind"], mail["document"]) == ("receipt", ["receipt", payment.id])
    assert mail["facts"]["amount"] == [10000, "USD"]
    assert mail["facts"]["paid_date"] == "2026-11-23"


def test_parts_are_each_thanked_for(db: Database[Row]) -> None:
    invoice = create_invoice()
    pay_invoice(invoice.id, PayInvoice(amount=4000))
    pay_invoice(invoice.id)
    assert [mail["facts"]["amount"][0] for mail in mails(db, "receipt")] == [4000, 6000]


def test_a_charge_that_is_told_of_twice_is_thanked_for_once(db: Database[Row]) -> None:
    payment = create_payment(method="card", provider="fake", reference="fake_late")
    assert mails(db) == []
    for _ in range(2):
        settle_payment(payment.id, Outcome("succeeded", reference="ch_1"))
    assert [mail["kind"] for mail in mails(db)] == ["receipt"]


def test_a_failure_is_told_but_not_to_who_sees_it_happen(db: Database[Row]) -> None:
    invoice = create_invoice()
    charge = {"method": "card", "provider": "fake", "reference": "fake_card_declined"}
    create_payment(invoice=invoice, **charge)
    assert [mail["kind"] for mail in mails(db)] == ["payment_failed"]
    own = Actor(type="user", role="customer", customer_id=invoice.customer_id)
    with acting_as(own):
        create_payment(invoice=invoice, **charge)
    assert len(mails(db)) == 1


def test_reminders_and_the_final_notice_are_mailed_with_their_step(db: Database[Row]) -> None:
    invoice = create_invoice(due_date="2026-11-23")
    told = []
    for days in range(20):
        with clock.frozen(NOON + timedelta(days=days)):
            run_dunning()
            run_dunning()
        told.append(len(mails(db)))
    assert [mail["kind"] for mail in mails(db)] == ["reminder"] * 3 + ["final_notice"]
    assert [told.index(count) for count in (1, 2, 3, 4)] == [0, 3, 7, 14]
    first = mails(db)[0]
    assert first["once"] == f"reminder:{invoice.id}:1"
    assert first["facts"]["due_date"] == "2026-11-23"


def test_who_is_charged_hears_how_that_ended_and_no_more(db: Database[Row]) -> None:
    customer = create_customer()
    source = PaymentSource(provider="fake", token="fake_card_declined")
    set_payment_source(customer.id, source)
    create_invoice(customer=customer, due_date="2026-11-23")
    run_dunning()
    assert [mail["kind"] for mail in mails(db)] == ["payment_failed"]


def test_settings_and_customers_can_do_without(db: Database[Row]) -> None:
    create_payment(
        invoice=create_invoice(customer=create_customer(preferences={"invoice_delivery": "none"}))
    )
    allow(receipts=False, reminders=False, trials=False)
    create_payment()
    create_invoice(due_date="2026-11-01")
    run_dunning()
    create_subscription(trial_days=2)
    notify_of_trials(TODAY)
    assert mails(db) == []


def test_an_odd_address_does_not_stand_in_the_way_of_money(db: Database[Row]) -> None:
    invoice = create_invoice()
    db.customers.update_one({}, {"$set": {"email": "not an address"}})
    assert pay_invoice(invoice.id).status == "paid"
    assert mails(db) == []


def test_a_trial_that_ends_soon_is_told_of_once(db: Database[Row]) -> None:
    plan = create_plan(name="Team")
    soon = create_subscription(plan=plan, trial_days=3)
    create_subscription(plan=plan, trial_days=4)
    gone = create_subscription(plan=plan, trial_days=3)
    cancel_subscription(gone.id, CancelSubscription(when="period_end"))
    create_subscription(
        plan=plan, customer=create_customer(test_clock_id=create_test_clock(now=TODAY).id),
        trial_days=3,
    )  # fmt: skip
    for _ in range(2):
        assert notify_of_trials(TODAY) == 1
    (mail,) = mails(db)
    assert (mail["kind"], mail["about"]) == ("trial_ending", soon.id)
    assert mail["facts"]["trial_end"] == "2026-11-26"
    assert notify_of_trials(TODAY + timedelta(days=1)) == 2


def test_a_trial_that_cannot_be_told_of_keeps_nobody_else_from_being_told(
    db: Database[Row],
) -> None:
    odd = create_subscription(trial_days=3)
    db.subscriptions.update_one({"_id": odd.id}, {"$set": {"plan_id": "gone"}})
    create_subscription(trial_days=3)
    assert notify_of_trials(TODAY) == 1
    assert len(mails(db)) == 1


def test_what_is_made_up_is_kept(db: Database[Row]) -> None:
    with kept_only():
        create_payment()
    assert [mail["status"] for mail in mails(db)] == ["kept"]
    create_payment()
    assert [mail["status"] for mail in mails(db)] == ["kept", "waiting"]


def test_all_of_it_reads_well_in_every_language(db: Database[Row]) -> None:
    create_payment()
    create_invoice(due_date="2026-11-01")
    run_dunning()
    create_subscription(trial_days=2)
    notify_of_trials(TODAY)
    assert {mail["kind"] for mail in mails(db)} == {"receipt", "reminder", "trial_ending"}
    for mail in mails(db):
        for language in LANGUAGES:
            said = letter_of({**mail, "language": language}, "", revealed=False)
            assert "{{" not in said.text
