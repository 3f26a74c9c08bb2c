"""A form that is sent twice is acted on once: at once, later, and when a process died between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from billing import clock
from billing.actors import acting_as
from billing.database import database
from billing.idempotency.in_stages import LEASE_SECONDS
from billing.idempotency.models import COLLECTION
from billing.invoices.void import void_invoice
from billing.runs.check import check_books
from billing.settings import Settings
from billing.users.sign_in import actor_for
from portal.access import Access
from portal.repeats.answered import answered_once
from portal.repeats.once import do_once
from tests.factories import (
    create_customer,
    create_invoice,
    create_payment,
    create_user,
)
from tests.portal.acts import ACTS, Act, OnPage
from tests.portal.conftest import Visitor
from tests.portal.own_acts import OWN_ACTS
from tests.portal.page_client import PageClient, Seen
from tests.portal.test_every_page import OUTSIDE

ADDING = "portal.repeats.answered.add_answer"
# Each "Allow" gives the program a code of its own, and the browser brings it the last one.
UNKEPT = {"oauth.authorize"}
CUSTOMER = {"name": "Acme", "email": "acme@example.com"}


class Died(BaseException):
    """What a killed process leaves behind: nothing that anybody handles."""


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been worked on in a process of its own."""
    found: list[str] = []
    monkeypatch.setattr("portal.runs.views.launch_run", found.append)
    monkeypatch.setattr("portal.runs.dry_runs.launch_run", found.append)
    monkeypatch.setattr("portal.checks.views.launch", lambda _, name: found.append(name))
    monkeypatch.setattr("portal.bulk.pages.launch", lambda _, name: found.append(name))
    monkeypatch.setattr("portal.dunning.views.launch", lambda _, name: found.append(name))
    monkeypatch.setattr("portal.personal_data.views.launch", lambda _, name: found.append(name))
    return found


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for an answer that will never come."""
    monkeypatch.setattr("portal.repeats.answered._PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("billing.idempotency.in_stages._PATIENCE_SECONDS", 0.0)


def twin(of: PageClient) -> PageClient:
    """Another tab of the same browser."""
    tab = PageClient(of.app)
    name = of.app.config["SESSION_COOKIE_NAME"]
    cookie = of.browser.get_cookie(name)
    assert cookie is not None
    tab.browser.set_cookie(name, cookie.value)
    return tab


def toasts(tab: PageClient) -> list[tuple[str, str]]:
    """What the next page will say."""
    with tab.browser.session_transaction() as session:
        return list(session.get("_flashes", []))


def count(does: str) -> int:
    if "." in does:
        return database().events.count_documents({"type": does})
    return database()[does].count_documents({})


def filled(page: Seen, act: Act) -> tuple[str, MultiDict[str, Any]]:
    """Where the form posts to, and what a browser sends of it."""
    assert page.page is not None
    forms = [f.get("action", "") for f in page.page.iter("form") if f.get("method") == "post"]
    action = next(a for a in forms if a.endswith(act.action)) if act.action else None
    data: MultiDict[str, Any] = page.values(action)
    for name, value in act.typed.items():
        data.setlist(
            name,
            [] if value is None else [value.read(page) if isinstance(value, OnPage) else value],
        )
    return page.form(action).get("action", ""), data


def fresh_files(data: MultiDict[str, Any]) -> MultiDict[str, Any]:
    pairs = data.items(multi=True)
    read = [(n, (BytesIO(v), "file.png") if isinstance(v, bytes) else v) for n, v in pairs]
    return MultiDict(read)


def at_once(admin: PageClient, page: Seen, act: Act, times: int) -> list[tuple[int, str, Any]]:
    """Status, address and toasts of each of the answers."""
    action, data = filled(page, act)
    tabs, barrier = [twin(admin) for _ in range(times)], Barrier(times)

    def send(tab: PageClient) -> tuple[int, str, Any]:
        barrier.wait()
        seen = tab.post(action, fresh_files(data))
        return seen.status, seen.headers.get("Location", seen.html), toasts(tab)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(send, tabs))


def _wrong(admin: PageClient, act: Act) -> str:
    """What is wrong with how it was answered and done; nothing at best."""
    path = act.at()
    typed = act.typed_now()
    act = replace(act, typed=typed)
    page = admin.submit(path, **typed) if act.looks_first else admin.get(path)
    before = count(act.does)
    answers = at_once(admin, page, act, 8 if act.is_money else 2)
    if act.ends_session:  # the second may come too late to be known as the same reader
        answers = [answer for answer in answers if answer[2]]
    if any(answer != answers[0] for answer in answers) or answers[0][0] >= 400:
        return f"answered {answers}"
    done = count(act.does) - before
    return "" if done == 1 else f"done {done} times"


def test_each_form_has_a_line_in_the_list(app: Flask) -> None:
    found = set()
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if not rule.endpoint.startswith(OUTSIDE) and "POST" in (rule.methods or ()):
            assert isinstance(access, Access), rule.endpoint
            if access.audience != "public":
                found.add(rule.endpoint)
    assert found - UNKEPT == ACTS.keys() | OWN_ACTS.keys()


def test_each_form_that_is_sent_several_times_at_once_is_acted_on_once(
    visiting_as: Visitor, launched: list[str]
) -> None:
    admin = visiting_as("admin")
    create_user()  # so that one is left
    wrong = {}
    for name, act in ACTS.items():
        if found := _wrong(visiting_as("admin") if act.ends_session else admin, act):
            wrong[name] = found
    assert not wrong, "\n".join(f"{name}: {found[:300]}" for name, found in wrong.items())
    for name, act in OWN_ACTS.items():
        owner = visiting_as("customer", customer_id=create_customer().id)
        if found := _wrong(owner, act):
            wrong[name] = found
    assert not wrong, "\n".join(f"{name}: {found[:300]}" for name, found in wrong.items())
    assert len(launched) == 9  # runs, one that goes on, a check, three bulk actions, two erasures
    assert check_books() == []


def test_the_same_again_is_answered_alike_and_said_once(admin: PageClient) -> None:
    page = admin.get("/customers/new")
    first = admin.send(page, **CUSTOMER)
    again = admin.send(page, **CUSTOMER)
    assert (again.status, again.to) == (303, first.to)
    assert count("customers") == 1
    assert admin.follow(again).text.count("Acme was added.") == 1


def test_back_and_another_value_is_another_act(admin: PageClient) -> None:
    page = admin.get("/customers/new")
    first = admin.send(page, **CUSTOMER)
    other = admin.send(page, **CUSTOMER | {"name": "Other"})
    assert first.to != other.to
    assert count("customers") == 2


def test_the_same_values_in_another_form_are_another_act(admin: PageClient) -> None:
    path = f"/customers/{create_customer().id}/credit"
    for _ in range(2):
        assert admin.submit(path, amount="10", reason="Sorry").status == 303
    assert count("customer.credit_adjusted") == 2


def test_keys_are_each_readers_own(visiting_as: Visitor) -> None:
    invoice = create_invoice()
    page = visiting_as("admin").get(f"/invoices/{invoice.id}/pay")
    key = page.values()["idempotency_key"]
    for _ in range(2):
        other = visiting_as("admin")
        seen = other.submit(f"/invoices/{invoice.id}/pay", amount="30", idempotency_key=key)
        assert seen.status == 303
    assert count("payments") == 2


def test_a_refusal_is_not_kept(admin: PageClient) -> None:
    invoice = create_invoice()
    page = admin.get(f"/customers/{invoice.customer_id}/delete")
    refused = admin.send(page)
    assert refused.status == 409
    assert refused.values()["idempotency_key"] == page.values()["idempotency_key"]
    assert count(COLLECTION) == 0
    void_invoice(invoice.id)
    assert admin.send(page).status == 303
    assert count("customer.deleted") == 1


def test_a_preview_leaves_no_key(admin: PageClient) -> None:
    payment = create_payment()
    seen = admin.submit(f"/invoices/{payment.invoice_id}/credit", amount="30")
    assert "What will happen" in seen.text
    admin.submit(f"/invoices/new?customer_id={payment.customer_id}", preview="y")
    assert database()[COLLECTION].count_documents({"status": {"$exists": True}}) == 0
    assert count("credit_notes") == 0


def test_what_is_kept_can_be_read_with_the_key_only(admin: PageClient) -> None:
    page = admin.get("/customers/new")
    admin.send(page, **CUSTOMER)
    row = str(database()[COLLECTION].find_one({}))
    assert "Acme" not in row
    assert page.values()["idempotency_key"] not in row


def test_a_page_that_shows_a_secret_once_is_shown_to_the_same_form_again(
    app: Flask, db: object
) -> None:
    actor, secrets = actor_for(create_user()), iter(["first", "second"])

    def shown() -> str:
        form = {"idempotency_key": "of the form"}
        with app.test_request_context(method="POST", data=form), acting_as(actor):
            answer = answered_once(lambda: do_once(lambda: next(secrets)) or "")
            return app.make_response(answer).get_data(as_text=True)

    assert (shown(), shown()) == ("first", "first")
    assert "first" not in str(database()[COLLECTION].find_one({}))


def dies(
    admin: PageClient, page: Seen, action: str | None = None, *, at: str, **typed: Any
) -> None:
    """Let the process that answers die where `at` would be called."""

    def die(*_: Any) -> None:
        raise Died

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(at, die)
        with pytest.raises(Died):
            admin.send(page, action, **typed)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ["customers.create", "invoices.pay", "test_clocks.delete"])
def test_when_the_answer_never_came_the_form_leads_on(admin: PageClient, name: str) -> None:
    act = ACTS[name]
    page = admin.get(act.at())
    dies(admin, page, at=ADDING, **act.typed)
    again = admin.send(page, **act.typed)
    path = page.form().get("action", "")
    above = path.rpartition("/")[0]
    assert again.to == (above if name != "test_clocks.delete" else "/test-clocks")
    assert "This was done already." in admin.follow(again).text
    assert count(act.does) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("at", ["billing.payments.charge.ask_provider", ADDING])
def test_a_charge_whose_process_died_is_gone_on_with(admin: PageClient, at: str) -> None:
    page = admin.get(ACTS["payments.charge"].at())
    dies(admin, page, at=at)
    if at != ADDING:
        busy = admin.send(page)
        assert busy.status == 409
        assert "is still being worked on" in busy.alerts()
        assert busy.values()["idempotency_key"] == page.values()["idempotency_key"]
        let_lease_end()
        assert "$100.00 was paid." in admin.follow(admin.send(busy)).text
    else:
        assert "This was done already." in admin.follow(admin.send(page)).text
    assert count("payment.started") == count("payment.succeeded") == 1


def test_a_run_whose_process_died_before_it_was_launched_is_launched(
    admin: PageClient, launched: list[str], impatient: None
) -> None:
    page = admin.get(ACTS["runs.approve"].at())
    assert page.page is not None
    forms = [form.get("action", "") for form in page.page.iter("form")]
    action = next(path for path in forms if path.endswith("/approve"))
    dies(admin, page, action, at="portal.runs.dry_runs.launch_run")
    let_lease_end()
    seen = admin.send(page, action)
    assert seen.to == f"/runs/{launched[0]}"
    assert count("billing_runs") == 1


def let_lease_end() -> None:
    later = clock.wall_clock() - timedelta(seconds=LEASE_SECONDS)
    database()[COLLECTION].update_many({}, {"$set": {"leased_until": later}})


@pytest.mark.slow
def test_killed_between_commit_and_answer_another_process_leads_on(
    admin: PageClient, mongodb_uri: str, settings: Settings
) -> None:
    page = admin.get("/customers/new")
    data = page.values()
    for field, value in CUSTOMER.items():
        data[field] = value
    name = admin.app.config["SESSION_COOKIE_NAME"]
    cookie = admin.browser.get_cookie(name)
    assert cookie is not None
    secrets = {"SECRET_KEY": settings.secret_key, "JWT_SECRET": settings.jwt_secret}
    killed = subprocess.run(
        [sys.executable, "-m", "tests.portal.dying_process", cookie.value, "/customers/new"],
        input=urlencode(list(data.items(multi=True))),
        env={**os.environ, **secrets, "MONGODB_URI": mongodb_uri},
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert count("customers") == 1
    again = admin.send(page, **CUSTOMER)
    assert again.to == "/customers"
    assert "This was done already." in admin.follow(again).text
    assert count("customers") == 1
