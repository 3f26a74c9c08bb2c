"""Getting in by mail: invitations, forgotten passwords, links that sign in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from billing import clock
from billing.entrance import ask
from billing.settings import Settings
from billing.users.models import User
from billing.users.queries import get_user
from portal.app import create_app
from tests.factories import PASSWORD, create_customer, create_user
from tests.mailbox import link_to, mails_to
from tests.portal.page_client import PageClient

NEW = "a completely new one"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "AT_LEAST_SECONDS", 0.0)


def asked(browser: PageClient, user: User, page: str = "/sign-in/link") -> str:
    """The link that the user is sent when they ask for one."""
    browser.submit(page, email=user.email)
    return link_to(user.email)


def is_in(browser: PageClient) -> bool:
    return browser.get("/profile").status == 200


def test_the_sign_in_page_offers_both(anonymous: PageClient) -> None:
    assert {"/sign-in/link", "/sign-in/forgotten"} <= anonymous.get("/sign-in").links()


def test_a_link_signs_in_once(anonymous: PageClient, app: Flask) -> None:
    user = create_user()
    path = asked(anonymous, user)
    assert user.email in anonymous.get(path).text
    assert anonymous.submit(path).to == "/"
    assert is_in(anonymous)
    again = PageClient(app).get(path)
    assert again.status == 404
    assert "was used already" in again.text


def test_a_customers_user_is_led_to_their_account(anonymous: PageClient) -> None:
    user = create_user(role="customer", customer_id=create_customer().id)
    assert anonymous.submit(asked(anonymous, user)).to == "/account"


def test_looking_at_a_link_spends_nothing_and_signs_nobody_in(
    anonymous: PageClient, app: Flask
) -> None:
    path, scanner = asked(anonymous, create_user()), PageClient(app)
    for _ in range(3):
        assert scanner.get(path).status == 200
        scanner.browser.head(path)
    assert not is_in(scanner)
    assert anonymous.submit(path).status == 303


def test_the_button_needs_the_page_it_is_on(anonymous: PageClient) -> None:
    path = asked(anonymous, create_user())
    assert anonymous.post(path, {}).status == 400
    assert anonymous.get(path).status == 200


def test_a_link_does_for_no_other_page(anonymous: PageClient) -> None:
    user = create_user()
    token = asked(anonymous, user).rpartition("/")[2]
    for page in ("/sign-in/new/", "/invitation/"):
        assert anonymous.get(page + token).status == 404
    assert anonymous.get("/sign-in/link/guess").status == 404


def test_a_link_is_too_old_after_a_quarter_of_an_hour(anonymous: PageClient) -> None:
    path = asked(anonymous, create_user())
    page = anonymous.get(path)
    with clock.frozen(clock.now() + timedelta(minutes=15)):
        assert anonymous.send(page).status == 404
    assert not is_in(anonymous)


def test_the_answer_is_the_same_for_everybody(anonymous: PageClient) -> None:
    disabled = create_user(status="disabled")
    emails = [create_user().email, disabled.email, "nobody@example.com"]
    for page in ("/sign-in/link", "/sign-in/forgotten"):
        seen = [anonymous.submit(page, email=email) for email in emails]
        assert {answer.status for answer in seen} == {200}
        told = {
            answer.text.replace(email, "you") for answer, email in zip(seen, emails, strict=True)
        }
        assert len(told) == 1
        assert "one is on its way" in told.pop()
    assert not mails_to(disabled.email)


def test_where_mail_is_sent_nobody_is_sent_to_an_admin(
    anonymous: PageClient, settings: Settings
) -> None:
    assert "ask an admin" in anonymous.submit("/sign-in/link", email="a@example.com").text
    mail = {"smtp_host": "localhost", "mail_from": "billing@example.com"}
    there = PageClient(create_app(settings.model_copy(update=mail), connect=False))
    assert "ask an admin" not in there.submit("/sign-in/link", email="a@example.com").text
    there.sign_in(create_user())
    seen = there.submit("/users/new", name="vera", email="vera@example.com", role="support")
    assert "vera was sent an invitation." in there.follow(seen).html


def test_what_is_no_address_is_named(anonymous: PageClient) -> None:
    seen = anonymous.submit("/sign-in/link", email="nonsense")
    assert seen.status == 422
    assert seen.error_of("email")


def test_asking_too_often_has_to_wait(anonymous: PageClient) -> None:
    for _ in range(5):
        anonymous.submit("/sign-in/link", email="nobody@example.com")
    seen = anonymous.submit("/sign-in/link", email="nobody@example.com")
    assert seen.status == 429
    assert "Try again in" in seen.alerts()


def test_links_lead_to_the_public_address(anonymous: PageClient, app: Flask) -> None:
    user = create_user()
    page = anonymous.get("/sign-in/link", headers={"Host": "evil.example"})
    anonymous.post(
        "/sign-in/link", {**page.values(), "email": user.email}, headers={"Host": "evil.example"}
    )
    (mail,) = mails_to(user.email) or [{}]
    assert mail["link"].startswith(app.config["SETTINGS"].public_url + "/sign-in/link/")


def test_a_forgotten_password_is_chosen_anew(anonymous: PageClient, app: Flask) -> None:
    user = create_user()
    elsewhere, signing_in = PageClient(app).sign_in(user), asked(anonymous, user)
    path = asked(anonymous, user, "/sign-in/forgotten")
    assert user.email in anonymous.get(path).text
    assert anonymous.follow(anonymous.submit(path, new_password=NEW)).title == "Dashboard"
    assert not is_in(elsewhere)
    assert anonymous.get(path).status == 404
    assert anonymous.get(signing_in).status == 404
    PageClient(app).sign_in(user, NEW)


def test_a_password_that_is_too_short_leaves_the_link_good(anonymous: PageClient) -> None:
    user = create_user()
    path = asked(anonymous, user, "/sign-in/forgotten")
    seen = anonymous.submit(path, new_password="short")
    assert seen.status == 422
    assert "at least 12" in seen.error_of("new_password")
    assert anonymous.submit(path, new_password=NEW).status == 303


def test_nothing_of_before_survives_coming_in_by_a_link(anonymous: PageClient) -> None:
    path = asked(anonymous, create_user())
    page = anonymous.get(path)
    with anonymous.browser.session_transaction() as session:
        session["planted"] = "by somebody else"
        token = session["csrf_token"]
    anonymous.send(page)
    with anonymous.browser.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != token


def test_an_admin_invites_and_the_invited_choose_their_password(
    admin: PageClient, anonymous: PageClient, app: Flask
) -> None:
    seen = admin.submit("/users/new", name="vera", email="vera@example.com", role="support")
    assert "vera is invited. No mail is sent here" in admin.follow(seen).html
    user_id = seen.to.rpartition("/")[2]
    path = link_to("vera@example.com")
    page = anonymous.get(path)
    assert page.values()["name"] == "vera"
    assert anonymous.submit(path, password="short").status == 422
    assert anonymous.follow(anonymous.send(page, name="Vera", password=PASSWORD)).status == 200
    user = get_user(user_id)
    assert (user.name, user.status, user.role) == ("Vera", "active", "support")
    PageClient(app).sign_in(user)


def test_who_did_not_find_the_invitation_is_sent_another(
    admin: PageClient, anonymous: PageClient
) -> None:
    admin.submit("/users/new", name="Vera", email="vera@example.com", role="viewer")
    first = link_to("vera@example.com")
    user: Any = User.objects(email="vera@example.com").first()
    assert "has to accept" in admin.get(f"/users/{user.id}").text
    admin.submit(f"/users/{user.id}/invite")
    assert anonymous.get(first).status == 404
    assert anonymous.get(link_to("vera@example.com")).status == 200


def test_a_withdrawn_invitation_lets_nobody_in(admin: PageClient, anonymous: PageClient) -> None:
    admin.submit("/users/new", name="Vera", email="vera@example.com", role="viewer")
    user: Any = User.objects(email="vera@example.com").first()
    page = anonymous.get(link_to("vera@example.com"))
    admin.follow(admin.submit(f"/users/{user.id}/edit", status="disabled"))
    assert anonymous.send(page, password=PASSWORD).status == 404
    assert not is_in(anonymous)


def test_the_log_has_no_token(anonymous: PageClient, caplog: pytest.LogCaptureFixture) -> None:
    path = asked(anonymous, create_user())
    with caplog.at_level("DEBUG"):
        anonymous.submit(path)
    assert path.rpartition("/")[2] not in caplog.text
