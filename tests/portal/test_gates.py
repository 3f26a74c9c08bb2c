"""What comes before a page: a second factor where staff need one, the password where it matters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from billing.database import Database, Row
from billing.settings import Settings
from billing.users.queries import get_user
from billing.users.throttle import PER_ACCOUNT
from portal.app import create_app
from portal.gates import CONFIRMED_FOR
from tests.factories import (
    PASSWORD,
    create_client,
    create_customer,
    create_second_factor,
    create_user,
)
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

SENSITIVE = ["/users/new", "/oauth-clients/new", "/profile/second-factor/new"]


@pytest.fixture
def strict(settings: Settings, connected_database: None) -> Flask:
    """An installation whose staff need a second factor."""
    needs = settings.model_copy(update={"staff_need_second_factor": True})
    return create_app(needs, connect=False)


def let_pass(db: Database[Row], time: timedelta = CONFIRMED_FOR) -> None:
    """As if everybody had signed in that much earlier."""
    for row in db.sessions.find():
        earlier = {"confirmed_at": row["confirmed_at"] - time}
        db.sessions.update_one({"_id": row["_id"]}, {"$set": earlier})


def test_staff_without_a_second_factor_are_led_to_the_set_up(strict: Flask, db: object) -> None:
    browser = PageClient(strict).sign_in(create_user())
    for path in ("/", "/customers", "/users/new", "/profile"):
        assert browser.get(path).to.startswith("/profile/second-factor/new")
    assert browser.get("/profile/second-factor/new").status == 200
    fragment = browser.get("/customers", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"].startswith("/profile/second-factor/new")


def test_with_one_they_work_as_ever(strict: Flask, db: object) -> None:
    phone = create_second_factor()
    browser = PageClient(strict)
    seen = browser.submit("/sign-in", email=phone.user.email, password=PASSWORD)
    browser.send(browser.follow(seen), code=phone.code())
    assert browser.get("/customers").status == 200


def test_customers_need_none(strict: Flask, db: object) -> None:
    user = create_user(role="customer", customer_id=create_customer().id)
    assert PageClient(strict).sign_in(user).get("/account").status == 200


def test_for_a_while_after_signing_in_nothing_is_asked(
    admin: PageClient, db: Database[Row]
) -> None:
    let_pass(db, CONFIRMED_FOR - timedelta(minutes=1))
    for path in SENSITIVE:
        assert admin.get(path).status == 200


@pytest.mark.parametrize("path", SENSITIVE)
def test_later_the_password_comes_first(admin: PageClient, db: Database[Row], path: str) -> None:
    let_pass(db)
    seen = admin.get(path)
    assert seen.to == f"/profile/confirm?next={path}"
    wrong = admin.submit(seen.to, secret="wrong")
    assert wrong.status == 422
    assert wrong.error_of("secret") == "The password is wrong."
    assert admin.get(path).status == 303
    assert admin.send(wrong, secret=PASSWORD).to == path
    assert admin.get(path).status == 200


def test_a_form_that_was_open_too_long_does_nothing(admin: PageClient, db: Database[Row]) -> None:
    user = create_user(role="viewer")
    page = admin.get(f"/users/{user.id}/edit")
    client = create_client()
    rotate = admin.get(f"/oauth-clients/{client.id}/rotate")
    let_pass(db)
    seen = admin.send(page, role="admin")
    assert seen.to == f"/profile/confirm?next=/users/{user.id}/edit"
    assert get_user(user.id).role == "viewer"
    assert admin.send(rotate).to.startswith("/profile/confirm")


def test_what_was_typed_is_there_again_and_is_sent_by_its_reader_alone(
    admin: PageClient, db: Database[Row]
) -> None:
    page = admin.get("/users/new")
    let_pass(db)
    typed = {"email": "ada@example.com", "name": "Ada Lovelace", "role": "billing"}
    asked = admin.send(page, **typed, password="a secret of four words")
    assert "four words" not in str(db.sessions.find_one({"set_aside": {"$exists": True}}))
    again = admin.follow(admin.send(admin.follow(asked), secret=PASSWORD))
    assert {name: again.values()[name] for name in typed} == typed
    assert again.values().get("password", "") == ""
    assert "Nothing of it is saved yet" in again.text
    assert db.users.find_one({"email": typed["email"]}) is None
    assert admin.get("/users/new").values()["name"] == "", "once"
    assert admin.send(again, password="a secret of four words").status == 303
    assert db.users.find_one({"email": typed["email"], "role": "billing"})


def test_what_was_typed_is_nobody_elses_and_not_for_long(
    admin: PageClient, visiting_as: Visitor, db: Database[Row]
) -> None:
    page = admin.get("/users/new")
    let_pass(db)
    admin.send(page, name="Ada Lovelace")
    other = visiting_as("admin")
    assert other.get("/users/new").values()["name"] == ""
    row = db.sessions.find_one({"set_aside": {"$exists": True}}) or {}
    long_ago = {"set_aside.at": row["set_aside"]["at"] - timedelta(hours=1)}
    db.sessions.update_one({"_id": row["_id"]}, {"$set": long_ago})
    admin.submit("/profile/confirm", secret=PASSWORD)
    assert admin.get("/users/new").values()["name"] == ""


def test_other_pages_are_as_ever(admin: PageClient, db: Database[Row]) -> None:
    let_pass(db, timedelta(days=1))
    for path in ("/", "/customers/new", "/users", "/profile"):
        assert admin.get(path).status == 200


def test_guessing_the_password_there_is_throttled(admin: PageClient, db: Database[Row]) -> None:
    for _ in range(PER_ACCOUNT):
        assert admin.submit("/profile/confirm", secret="wrong").status == 422
    seen = admin.submit("/profile/confirm", secret=PASSWORD)
    assert seen.status == 429


def test_no_other_site_is_led_to(admin: PageClient) -> None:
    seen = admin.submit("/profile/confirm?next=//evil.example", secret=PASSWORD)
    assert seen.to == "/profile"


def test_confirming_is_of_one_session(visiting_as: Visitor, app: Flask, db: Database[Row]) -> None:
    user = create_user()
    here, there = PageClient(app).sign_in(user), PageClient(app).sign_in(user)
    let_pass(db)
    here.submit("/profile/confirm", secret=PASSWORD)
    assert here.get("/users/new").status == 200
    assert there.get("/users/new").status == 303
