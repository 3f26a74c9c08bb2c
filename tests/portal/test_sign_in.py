"""Getting in, staying in, getting out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from billing import clock
from billing.settings import Settings
from billing.users.inputs import as_input
from billing.users.save_user import end_sessions, update_user
from billing.users.throttle import PER_ACCOUNT
from portal.app import create_app
from tests.factories import PASSWORD, create_customer, create_user
from tests.full_house import full_house
from tests.portal.page_client import PageClient


def test_the_right_password_leads_staff_to_the_dashboard(anonymous: PageClient) -> None:
    user = create_user()
    seen = anonymous.submit("/sign-in", email=user.email.upper(), password=PASSWORD)
    assert anonymous.follow(seen).title == "Dashboard"


def test_a_customer_is_led_to_their_account(anonymous: PageClient) -> None:
    user = create_user(role="customer", customer_id=create_customer(name="Acme").id)
    seen = anonymous.submit("/sign-in", email=user.email, password=PASSWORD)
    assert seen.to == "/account"


def test_every_failure_looks_alike(anonymous: PageClient) -> None:
    user = create_user()
    disabled = create_user(status="disabled")
    tries = [(user.email, "wrong"), ("nobody@example.com", PASSWORD), (disabled.email, PASSWORD)]
    seen = [anonymous.submit("/sign-in", email=e, password=p) for e, p in tries]
    assert {answer.status for answer in seen} == {422}
    assert {answer.alerts() for answer in seen} == {"Email or password is wrong."}
    assert user.email in seen[0].html
    assert "wrong" not in [value for _, value in seen[0].values().items(multi=True)]


def test_blank_fields_are_named(anonymous: PageClient) -> None:
    seen = anonymous.submit("/sign-in", email="", password="")
    assert seen.status == 422
    assert seen.error_of("email") == "Email is required."
    assert seen.error_of("password") == "Password is required."


def test_too_many_failures_have_to_wait(anonymous: PageClient) -> None:
    user = create_user()
    for _ in range(PER_ACCOUNT):
        anonymous.submit("/sign-in", email=user.email, password="wrong")
    seen = anonymous.submit("/sign-in", email=user.email, password=PASSWORD)
    assert seen.status == 429
    assert 0 < int(seen.headers["Retry-After"]) <= 15 * 60
    assert "Try again in 15 minutes" in seen.alerts()


def test_while_many_passwords_are_checked_one_is_asked_to_come_again(
    anonymous: PageClient,
) -> None:
    user = create_user()
    with full_house():
        seen = anonymous.submit("/sign-in", email=user.email, password=PASSWORD)
    assert (seen.status, seen.headers["Retry-After"]) == (429, "2")
    assert seen.alerts() == "Many passwords are being checked just now. Try again in a moment."
    assert anonymous.submit("/sign-in", email=user.email, password=PASSWORD).status == 303


def test_attempts_of_an_address_are_few_whatever_the_account(
    db: object, settings: Settings, connected_database: None
) -> None:
    few = settings.model_copy(update={"token_rate_limit": 2})
    address = {"REMOTE_ADDR": "192.0.2.66"}
    with clock.frozen(datetime.now(UTC).replace(second=20) + timedelta(hours=1)):
        visitor = PageClient(create_app(few, connect=False))
        page = visitor.get("/sign-in", environ_base=address)
        seen = [
            visitor.post("/sign-in", {**page.values(), **typed}, environ_base=address)
            for typed in (
                {"email": "a@example.com", "password": "x"},
                {"email": "b@example.com", "password": "x"},
                {"email": create_user().email, "password": PASSWORD},
            )
        ]
    assert [answer.status for answer in seen] == [422, 422, 429]
    assert seen[2].headers["Retry-After"] == "40"
    assert "Try again in 40 s." in seen[2].alerts()


@pytest.mark.parametrize("target", ["/customers?status=active", "/invoices"])
def test_the_reader_goes_on_to_the_page_they_wanted(anonymous: PageClient, target: str) -> None:
    user = create_user()
    seen = anonymous.follow(anonymous.get(target))
    assert anonymous.send(seen, email=user.email, password=PASSWORD).to == target


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil"],
)
def test_nobody_is_sent_to_another_site(anonymous: PageClient, target: str) -> None:
    user = create_user()
    seen = anonymous.get("/sign-in", query_string={"next": target})
    assert anonymous.send(seen, email=user.email, password=PASSWORD).to == "/"


def test_the_session_cookie_is_out_of_reach(anonymous: PageClient) -> None:
    user = create_user()
    before = anonymous.get("/sign-in").headers.getlist("Set-Cookie")
    after = anonymous.submit("/sign-in", email=user.email, password=PASSWORD)
    cookie = next(c for c in after.headers.getlist("Set-Cookie") if c.startswith("duebill="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert cookie not in before


def test_the_session_is_a_new_one_after_signing_in(anonymous: PageClient) -> None:
    user = create_user()
    page = anonymous.get("/sign-in")
    with anonymous.browser.session_transaction() as session:
        session["planted"] = "by somebody else"
        planted_token = session["csrf_token"]
    anonymous.send(page, email=user.email, password=PASSWORD)
    with anonymous.browser.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != planted_token


def test_signing_out_ends_the_session(admin: PageClient) -> None:
    seen = admin.get("/")
    token = next(i.get("value") for i in seen.page.iter("input") if i.get("name") == "csrf_token")
    assert admin.post("/sign-out", {"csrf_token": token}).to == "/sign-in"
    assert admin.get("/customers").to.startswith("/sign-in")


def test_signing_out_leaves_nothing_for_the_next_reader_of_the_browser(admin: PageClient) -> None:
    token = admin.get("/profile").values("/profile")["csrf_token"]
    seen = admin.post("/sign-out", {"csrf_token": token})
    assert seen.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_signing_out_takes_a_post(admin: PageClient) -> None:
    assert admin.get("/sign-out").status == 405
    assert admin.get("/").status == 200


def test_signing_out_everywhere_ends_sessions_in_other_browsers(app: Flask, db: object) -> None:
    user = create_user()
    here, there = PageClient(app).sign_in(user), PageClient(app).sign_in(user)
    seen = here.submit("/profile", action="/profile/sign-out-everywhere")
    assert seen.to == "/sign-in"
    for browser in (here, there):
        assert browser.get("/").to.startswith("/sign-in")


def test_an_admin_can_end_the_sessions_of_another(admin: PageClient, app: Flask) -> None:
    user = create_user(role="viewer")
    browser = PageClient(app).sign_in(user)
    seen = admin.submit(f"/users/{user.id}/end-sessions")
    assert "signed out everywhere" in admin.follow(seen).html
    assert browser.get("/").status == 303


def test_a_disabled_user_is_out_at_once(app: Flask, db: object) -> None:
    create_user()
    user = create_user(role="viewer")
    browser = PageClient(app).sign_in(user)
    update_user(user.id, as_input(user).model_copy(update={"status": "disabled"}))
    assert browser.get("/").status == 303


def test_a_cookie_of_before_the_last_sign_out_is_dead(app: Flask, db: object) -> None:
    user = create_user()
    browser = PageClient(app).sign_in(user)
    with browser.browser.session_transaction() as session:
        assert str(session["_user_id"]).startswith("ses_")
    end_sessions(user.id)
    assert browser.get("/").status == 303


def test_who_is_signed_in_is_not_asked_again(admin: PageClient) -> None:
    assert admin.get("/sign-in").to == "/"


def test_a_fragment_of_an_ended_session_takes_the_whole_page_to_the_sign_in(
    anonymous: PageClient,
) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Target": "results",
        "HX-Current-URL": "http://localhost/customers?q=a",
    }
    seen = anonymous.get("/customers?q=ab", headers=headers)
    assert seen.status == 204
    assert seen.headers["HX-Redirect"] == "/sign-in?next=/customers?q%3Da"
