"""Signing in by an OpenID provider: the session, the way on, and what pages say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing import clock
from billing.database import Database, Row
from billing.users.models import User
from billing.users.queries import get_user
from tests.factories import PASSWORD, create_second_factor, create_user
from tests.openid_provider import CLIENT_SECRET, OpenIDProvider
from tests.portal.oidc.conftest import Portal
from tests.portal.oidc.flows import BUTTON, at_provider, come_back, go, only_user, refused
from tests.portal.page_client import PageClient


def test_nobody_is_offered_what_is_not_configured(anonymous: PageClient) -> None:
    assert "Sign in with" not in anonymous.get("/sign-in").text
    for path in (BUTTON, f"{BUTTON}/callback?code=1&state=2"):
        assert anonymous.get(path).status == 404


def test_a_new_person_gets_an_account_without_a_password(
    reader: PageClient, db: Database[Row]
) -> None:
    assert "Sign in with Example ID" in reader.get("/sign-in").text
    assert reader.follow(go(reader)).title == "Dashboard"
    row = only_user(db)
    assert (row["name"], row["role"], row["status"]) == ("Ada Lovelace", "admin", "active")
    assert row["oidc_subject"] == "ada-at-the-provider"
    assert "password_hash" not in row
    for password in ("", "None", PASSWORD):
        seen = PageClient(reader.app).submit("/sign-in", email=row["email"], password=password)
        assert seen.status == 422


def test_the_trail_says_by_what_somebody_signed_in(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    go(reader)
    user_id = only_user(db)["_id"]
    created, signed_in = db.events.find({"object_id": user_id}).sort("_id")
    assert created["type"] == "user.created"
    assert created["actor"]["name"] == f"OpenID Connect ({provider.address})"
    assert signed_in["type"] == "user.signed_in"
    assert signed_in["actor"]["id"] == user_id
    assert signed_in["reason"] == f"By OpenID Connect ({provider.address})"
    other = create_user()
    PageClient(reader.app).sign_in(other)
    signed_in = db.events.find_one({"object_id": other.id, "type": "user.signed_in"})
    assert signed_in
    assert signed_in["reason"] == "By password"


def test_the_reader_goes_on_to_the_page_they_wanted(reader: PageClient) -> None:
    seen = reader.follow(reader.get("/customers?status=active"))
    button = next(link for link in seen.links() if link.startswith(BUTTON))
    assert go(reader, button).to == "/customers?status=active"


def test_nobody_is_sent_to_another_site(reader: PageClient) -> None:
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "evil"):
        assert go(PageClient(reader.app), f"{BUTTON}?next={target}").to == "/"


def test_the_session_is_a_new_one_after_signing_in(reader: PageClient) -> None:
    reader.get("/sign-in")
    with reader.browser.session_transaction() as session:
        session["planted"] = "by somebody else"
        token = session["csrf_token"]
    go(reader)
    with reader.browser.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != token
        assert not [key for key in session if key.startswith("_state_")]


def test_many_tabs_do_not_outgrow_the_cookie(reader: PageClient) -> None:
    wanted = f"{BUTTON}?next=/customers?q=" + "long" * 120
    addresses = [at_provider(reader, wanted) for _ in range(8)]
    cookie = reader.browser.get_cookie("duebill")
    assert cookie
    assert len(cookie.value) < 3500
    refused(come_back(reader, addresses[0]), 400, "Begin again")
    assert come_back(reader, addresses[-2]).status == 303


def test_a_wrong_client_secret_is_the_administrators_matter(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    reader = PageClient(portal(oidc_client_secret="wrong"))
    refused(go(reader), 400, "did not pass our checks")
    assert "invalid_client" in caplog.text


def test_no_secret_is_written_to_the_log(
    reader: PageClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        address = at_provider(reader)
        with reader.browser.session_transaction() as session:
            (asked,) = [v["data"] for k, v in session.items() if k.startswith("_state_")]
        come_back(reader, address)
    assert asked["code_verifier"] not in caplog.text
    assert CLIENT_SECRET not in caplog.text
    assert "access-token" not in caplog.text


def test_who_is_signed_in_is_not_asked_again(reader: PageClient) -> None:
    go(reader)
    assert reader.follow(reader.get(BUTTON)).to == "/"


def test_who_has_no_password_is_told_so(reader: PageClient) -> None:
    go(reader)
    assert "have no password" in reader.get("/profile").text


def test_a_linked_users_role_is_said_to_be_the_providers(
    reader: PageClient, db: Database[Row]
) -> None:
    go(reader)
    user: User = get_user(only_user(db)["_id"])
    assert "Set anew by the provider" in reader.get(f"/users/{user.id}/edit").text


def test_the_provider_answers_for_who_it_is(
    reader: PageClient, make: Portal, db: Database[Row]
) -> None:
    """No code is asked for, not even where staff need a second factor."""
    create_second_factor(create_user(email="ada@example.com"))
    for portal in (reader.app, make(staff_need_second_factor=True)):
        browser = PageClient(portal)
        assert browser.follow(go(browser)).title == "Dashboard"
    assert "By OpenID Connect" in browser.get("/profile").text


def test_who_has_no_password_is_asked_for_none(
    reader: PageClient, make: Portal, db: Database[Row]
) -> None:
    strict = PageClient(make(staff_need_second_factor=True))
    assert strict.follow(go(strict)).title == "Dashboard"
    long_ago = {"$set": {"confirmed_at": clock.now() - timedelta(hours=1)}}
    db.sessions.update_many({}, long_ago)
    assert strict.get("/users/new").status == 200
