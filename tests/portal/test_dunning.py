"""The dunning board in the browser: look, pause, go on, take a step, take all that are due."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from billing import clock
from billing.database import database
from billing.dunning.inputs import PauseDunning
from billing.dunning.pause import pause_dunning
from billing.invoices.queries import get_invoice
from billing.payments.source import PaymentSource, set_payment_source
from tests.factories import create_customer, create_invoice
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


def overdue(name: str = "Late Ltd", days: int = 20) -> str:
    """An invoice that was issued so long ago; it is due after two weeks."""
    with clock.frozen(clock.now() - timedelta(days=days)):
        return str(create_invoice(customer=create_customer(name=name)).id)


def test_the_board_shows_who_owes_what_since_when_and_what_comes_next(admin: PageClient) -> None:
    invoice_id = overdue()
    seen = admin.get("/dunning")
    assert "Not reminded yet 1" in seen.text
    assert "Late Ltd" in seen.text
    assert "6 days overdue" in seen.text
    assert "Next: Reminder 1" in seen.text
    assert f"/dunning/invoices/{invoice_id}/step" in seen.links()
    assert "Dunning" in admin.get("/").html


def test_a_step_is_shown_before_it_is_taken(admin: PageClient) -> None:
    invoice_id = overdue()
    customer_id = get_invoice(invoice_id).customer_id
    set_payment_source(customer_id, PaymentSource(token="fake_ok"))
    page = admin.get(f"/dunning/invoices/{invoice_id}/step")
    assert "Reminder 1 of 4 is recorded and sent" in page.text
    assert "is charged to the customer's own source" in page.text
    assert get_invoice(invoice_id).dunning == {}
    seen = admin.follow(admin.send(page))
    assert "The step was taken; the payment is succeeded." in seen.text
    assert get_invoice(invoice_id).status == "paid"
    event = database().events.find_one({"type": "invoice.reminded"})
    assert event is not None
    assert event["actor"]["name"] == "Ada Admin"


def test_what_cannot_be_reminded_of_says_so(admin: PageClient) -> None:
    page = admin.get(f"/dunning/invoices/{create_invoice().id}/step")
    assert page.status == 200
    assert "not overdue yet" in page.alerts()
    assert admin.send(page).status == 409


def test_reminders_are_paused_with_a_reason_and_go_on(admin: PageClient) -> None:
    invoice_id = overdue()
    until = clock.today() + timedelta(days=10)
    path = f"/dunning/invoices/{invoice_id}/pause"
    assert admin.submit(path, until=until, reason="").error_of("reason")
    assert admin.submit(path, until=clock.today(), reason="x").error_of("until")
    seen = admin.follow(admin.submit(path, until=until.isoformat(), reason="A new contact"))
    assert "Paused 1" in seen.text
    assert "Paused until" in seen.text
    history = admin.get(f"/invoices/{invoice_id}")
    assert "A new contact" in history.text
    assert "paused until" in history.text
    seen = admin.follow(admin.submit(f"/dunning/invoices/{invoice_id}/resume"))
    assert "Not reminded yet 1" in seen.text


def test_two_at_one_invoice_are_told_of_each_other(admin: PageClient) -> None:
    invoice_id = overdue()
    page = admin.get(f"/dunning/invoices/{invoice_id}/step")
    later = clock.today() + timedelta(days=7)
    pause_dunning(invoice_id, PauseDunning(until=later, reason="On holiday"))
    seen = admin.send(page)
    assert seen.status == 409
    assert "Somebody changed this" in seen.alerts()
    assert get_invoice(invoice_id).dunning["step"] == 0


def test_all_steps_that_are_due_are_taken_elsewhere_and_watched(admin: PageClient) -> None:
    ids = [overdue(), overdue()]
    seen = admin.submit("/dunning", "/dunning/run")
    assert seen.to == "/dunning"
    for _ in range(300):
        part = admin.get("/dunning", headers={"HX-Request": "true", "HX-Target": "dunning-run"})
        if "every 1s" not in part.html:
            break
        time.sleep(0.1)
    assert "2 reminded" in part.html
    assert [get_invoice(invoice_id).dunning["step"] for invoice_id in ids] == [1, 1]
    assert "Reminder 1 sent 2" in admin.get("/dunning").text
    events = database().events.find({"type": "invoice.reminded"})
    assert {event["actor"]["name"] for event in events} == {"Ada Admin"}


def test_a_long_column_leads_to_its_list(
    admin: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.dunning.board.CARDS", 1)
    for number in range(3):
        overdue(f"Late {number} Ltd", days=20 + number)
    board = admin.get("/dunning")
    assert board.text.count("Next step now") == 1
    assert "/dunning/columns/new" in board.links()
    listed = admin.get("/dunning/columns/new")
    assert [f"Late {n} Ltd" in listed.text for n in range(3)] == [True] * 3
    assert admin.get("/dunning/columns/9").status == 404


def test_who_may_only_read_is_offered_nothing_to_do(visiting_as: Visitor) -> None:
    overdue()
    viewer = visiting_as("viewer")
    seen = viewer.get("/dunning")
    assert seen.status == 200
    assert "Next step now" not in seen.text
    assert "Take all steps" not in seen.text
