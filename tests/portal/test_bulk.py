"""Acting on many rows of a list: chosen, looked at, done, and told what came of each."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from billing import clock
from billing.actors import acting_as
from billing.bulk.carry_out import carry_out
from billing.bulk.models import BulkAction
from billing.database import database
from billing.invoices.queries import get_invoice
from billing.settings import Settings
from billing.users.models import User
from billing.users.sign_in import actor_for
from portal.runs.launch import ROOT
from tests.factories import (
    create_customer,
    create_invoice,
    create_payment,
    create_subscription,
)
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen

FRAGMENT = {"HX-Request": "true", "HX-Target": "bulk"}


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been worked on in a process of its own."""
    found: list[str] = []
    monkeypatch.setattr("portal.bulk.pages.launch", lambda _, name: found.append(name))
    return found


def choose(reader: PageClient, path: str, act: str, *ids: str, **typed: str) -> Seen:
    """Tick rows of the list at `path` and press a button."""
    page = reader.get(path)
    assert page.page is not None
    action = next(
        found for f in page.page.iter("form") if "/bulk" in (found := f.get("action", ""))
    )
    sent = page.values(action)
    sent.setlist("id", list(ids))
    return reader.post(action, MultiDict([*sent.items(multi=True), ("act", act), *typed.items()]))


def work_off(launched: list[str]) -> None:
    """What the process does, in the name of the first user."""
    reader = User.objects.order_by("id").first()
    with acting_as(actor_for(reader)):
        for action_id in launched:
            carry_out(action_id)


def test_chosen_invoices_are_looked_at_and_then_voided(
    admin: PageClient, launched: list[str]
) -> None:
    one, two = create_invoice(), create_invoice()
    paid, euros = create_payment().invoice_id, create_invoice(currency="EUR")
    chosen = choose(admin, "/invoices", "void", one.id, two.id, paid, euros.id)
    preview = admin.follow(chosen)
    assert preview.title == "Void 3 invoices?"
    assert "No longer due, USD $200.00" in preview.text
    assert "No longer due, EUR €100.00" in preview.text
    assert "1 of 4 cannot be voided" in preview.text
    assert "This invoice cannot be voided: it is paid." in preview.text
    assert get_invoice(one.id).status == "open"

    begun = admin.send(preview, reason="Issued by mistake")
    assert "0 of 4" in admin.follow(begun).text
    work_off(launched)
    result = admin.follow(begun)
    assert "3 voided, 1 refused." in result.text
    assert get_invoice(one.id).status == "void"
    assert database().events.count_documents({"reason": "Issued by mistake"}) == 3


def test_reloading_and_sending_again_does_nothing_twice(
    admin: PageClient, launched: list[str]
) -> None:
    invoice = create_invoice()
    preview = admin.follow(choose(admin, "/invoices", "send", invoice.id))
    first, again = admin.send(preview), admin.send(preview)
    assert (again.status, again.to) == (303, first.to)
    assert len(launched) == 1
    work_off(launched * 2)
    admin.send(preview)
    assert database().events.count_documents({"type": "invoice.sent"}) == 1
    for _ in range(2):
        assert "1 sent, 0 refused." in admin.get(first.to).text


def test_all_that_match_are_chosen_by_the_filters_of_the_list(
    admin: PageClient, launched: list[str]
) -> None:
    for number in range(23):
        create_customer(name=f"Old {number}")
    create_customer(name="New")
    preview = admin.follow(choose(admin, "/customers?q=old", "delete", all="1"))
    assert preview.title == "Delete 23 customers?"
    admin.send(preview)
    work_off(launched)
    assert database().customers.count_documents({"deleted_at": None}) == 1


def test_more_than_a_thousand_are_refused_with_what_to_do(admin: PageClient) -> None:
    row = create_customer().row()
    rows = [row | {"_id": f"cus_{number:026d}"} for number in range(1001)]
    database().customers.insert_many(rows)
    refused = choose(admin, "/customers", "delete", all="1")
    assert "At most 1,000 rows at a time. Narrow the list down" in admin.follow(refused).text
    assert database().bulk_actions.count_documents({}) == 0


def test_nothing_chosen_leads_back_with_the_filters(admin: PageClient) -> None:
    create_invoice()
    back = choose(admin, "/invoices?status=open", "void")
    assert back.to == "/invoices?status=open"
    assert "Tick at least one row" in admin.follow(back).text


def test_subscriptions_end_with_their_period(admin: PageClient, launched: list[str]) -> None:
    subscription = create_subscription()
    preview = admin.follow(choose(admin, "/subscriptions", "cancel", subscription.id))
    assert "MRR that ends, USD $49.00" in preview.text
    begun = admin.send(preview)
    work_off(launched)
    assert "1 cancelled, 0 refused." in admin.follow(begun).text
    assert "Ends" in admin.get("/subscriptions").text


def test_where_nothing_can_be_done_there_is_no_button(admin: PageClient) -> None:
    paid = create_payment().invoice_id
    preview = admin.follow(choose(admin, "/invoices", "void", paid, "inv_nothing"))
    assert "None of what was chosen can be voided." in preview.text
    assert "It is not there any more." in preview.text


def test_who_may_not_write_has_nothing_to_tick(viewer: PageClient) -> None:
    create_invoice()
    page = viewer.get("/invoices")
    assert 'name="id"' not in page.html
    assert "picking.js" not in page.html


def test_a_bulk_action_of_another_is_not_found(visiting_as: Visitor) -> None:
    mine = choose(visiting_as("admin"), "/invoices", "void", create_invoice().id).to
    other = visiting_as("admin")
    assert other.get(mine).status == 404
    token = other.get("/profile").values("/profile")["csrf_token"]
    assert other.post(mine, {"csrf_token": token}).status == 404


def test_one_of_another_list_is_not_found(admin: PageClient) -> None:
    mine = choose(admin, "/invoices", "void", create_invoice().id).to
    assert admin.get(mine.replace("/invoices/", "/customers/")).status == 404


@pytest.mark.parametrize("act", ["", "pay", "invoices.void", "$ne", "__class__"])
def test_an_act_that_is_not_offered_is_refused(admin: PageClient, act: str) -> None:
    assert choose(admin, "/invoices", act, create_invoice().id).status == 400


def test_hostile_ids_and_filters_choose_nothing(admin: PageClient) -> None:
    create_invoice()
    evil = ('{"$ne": ""}', "x" * 5000, "../../etc/passwd", "<script>alert(1)</script>")
    preview = admin.follow(choose(admin, "/invoices", "void", *evil))
    assert "None of what was chosen" in preview.text
    assert "<script>alert" not in preview.html
    page = admin.get("/invoices")
    form = page.values("/invoices/bulk")
    sent = {**form.to_dict(), "act": "void", "all": "1"}
    back = admin.post("/invoices/bulk?sort=$where&status[$ne]=x", sent)
    assert back.status == 303
    assert database().bulk_actions.count_documents({}) == 1


def test_what_was_interrupted_goes_on(admin: PageClient, launched: list[str]) -> None:
    begun = admin.send(admin.follow(choose(admin, "/invoices", "void", create_invoice().id)))
    past = clock.now().replace(year=2020)
    database().bulk_actions.update_one({}, {"$set": {"heartbeat_at": past}})
    seen = admin.follow(begun)
    assert "Nobody works on this any more." in seen.text
    admin.send(seen)
    assert len(launched) == 2
    work_off(launched)
    assert "1 voided, 0 refused." in admin.follow(begun).text


def test_progress_is_a_part_that_asks_for_itself_until_it_is_done(
    admin: PageClient, launched: list[str]
) -> None:
    begun = admin.send(admin.follow(choose(admin, "/invoices", "void", create_invoice().id)))
    assert 'hx-trigger="every 1s"' in admin.get(begun.to, headers=FRAGMENT).html
    work_off(launched)
    assert "every 1s" not in admin.get(begun.to, headers=FRAGMENT).html


def test_the_process_works_it_off_in_the_name_of_who_asked(
    admin: PageClient, launched: list[str], settings: Settings
) -> None:
    admin.send(admin.follow(choose(admin, "/invoices", "void", create_invoice().id)))
    action = BulkAction.objects.first()
    told = {
        "MONGODB_URI": settings.mongodb_uri or "",
        "DUEBILL_ACTOR_TYPE": "user",
        "DUEBILL_ACTOR_ID": action.actor_id,
        "DUEBILL_ACTOR_NAME": "Ada Admin",
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "portal.bulk.process", action.id]
    subprocess.run(command, cwd=ROOT, env=told, check=True, timeout=60, capture_output=True)
    event: Any = database().events.find_one({"type": "invoice.voided"})
    assert event["actor"]["name"] == "Ada Admin"
