"""Where one is signed in: seen on the profile, and ended from there on every instance."""

from __future__ import annotations

import pytest
from flask import Flask

from billing.database import Database, Row
from billing.entrance import ask
from billing.errors import Conflict
from billing.settings import Settings
from billing.users.tokens import Tokens
from portal.app import create_app
from tests.factories import create_user
from tests.mailbox import link_to
from tests.portal.page_client import PageClient, Seen

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def elsewhere(settings: Settings, connected_database: None) -> Flask:
    """Another instance on the same database."""
    return create_app(settings, connect=False)


def is_in(browser: PageClient) -> bool:
    return browser.get("/profile").status == 200


def cookie_of(browser: PageClient) -> str:
    found = browser.browser.get_cookie(browser.app.config["SESSION_COOKIE_NAME"])
    assert found
    return found.value


def with_cookie(app: Flask, value: str) -> PageClient:
    browser = PageClient(app)
    browser.browser.set_cookie(app.config["SESSION_COOKIE_NAME"], value)
    return browser


def end_buttons(seen: Seen) -> list[str]:
    assert seen.page is not None
    forms = (form.get("action", "") for form in seen.page.iter("form"))
    return [action for action in forms if action.startswith("/profile/sessions/")]


def test_each_sign_in_is_listed_in_words(app: Flask, db: object) -> None:
    user = create_user()
    here, phone = PageClient(app).sign_in(user), PageClient(app)
    phone.browser.environ_base["HTTP_USER_AGENT"] = PHONE
    phone.sign_in(user)
    seen = here.get("/profile")
    assert "This one" in seen.text
    assert "Safari on iPhone" in seen.text
    assert "from 127.0.0.1" in seen.text
    assert len(end_buttons(seen)) == 1


def test_one_is_signed_out_on_every_instance_at_its_next_request(
    app: Flask, elsewhere: Flask, db: object
) -> None:
    user = create_user()
    here, there = PageClient(app).sign_in(user), PageClient(elsewhere).sign_in(user)
    (action,) = end_buttons(here.get("/profile"))
    seen = here.follow(here.submit("/profile", action=action))
    assert "It is signed out." in seen.html
    assert end_buttons(seen) == []
    assert not is_in(there)
    assert is_in(here)


def test_everywhere_else_leaves_this_one(app: Flask, elsewhere: Flask, db: object) -> None:
    user = create_user()
    here = PageClient(app).sign_in(user)
    others = [PageClient(each).sign_in(user) for each in (app, elsewhere)]
    here.follow(here.submit("/profile", action="/profile/sign-out-elsewhere"))
    assert is_in(here)
    assert not any(is_in(other) for other in others)


def test_nobody_ends_the_session_of_another(admin: PageClient, app: Flask) -> None:
    owner = create_user()
    victim, other = PageClient(app).sign_in(owner), PageClient(app).sign_in(owner)
    (action,) = end_buttons(victim.get("/profile"))
    typed = admin.get("/profile").values("/profile")
    assert admin.post(action, typed).status == 404
    assert is_in(other)
    assert is_in(victim)


def test_a_cookie_is_worth_nothing_after_signing_out(admin: PageClient, app: Flask) -> None:
    kept = cookie_of(admin)
    page = admin.get("/")
    token = next(i.get("value") for i in page.page.iter("input") if i.get("name") == "csrf_token")
    assert is_in(with_cookie(app, kept))
    admin.post("/sign-out", {"csrf_token": token})
    assert not is_in(with_cookie(app, kept))


def test_nobody_can_plant_a_session_and_wait_for_a_sign_in(app: Flask, db: object) -> None:
    attacker = PageClient(app)
    attacker.get("/sign-in")
    victim = with_cookie(app, cookie_of(attacker))
    victim.sign_in(create_user())
    assert is_in(victim)
    assert not is_in(attacker)


def test_coming_in_as_somebody_else_ends_the_session_of_before(
    app: Flask, db: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "AT_LEAST_SECONDS", 0.0)
    first, second = create_user(), create_user()
    browser = PageClient(app).sign_in(first)
    before = cookie_of(browser)
    PageClient(app).submit("/sign-in/link", email=second.email)
    browser.submit(link_to(second.email))
    assert second.email in browser.get("/profile").text
    assert not is_in(with_cookie(app, before))


def test_a_forged_cookie_opens_nothing(app: Flask, db: Database[Row], settings: Settings) -> None:
    browser = PageClient(app).sign_in(create_user())
    payload, _, signature = cookie_of(browser).partition(".")
    assert not is_in(with_cookie(app, f"{payload}x.{signature}"))
    other = create_app(
        settings.model_copy(update={"secret_key": "Zq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"}),
        connect=False,
    )
    assert not is_in(with_cookie(other, cookie_of(browser)))


def test_the_sign_in_of_a_program_is_listed_and_ended(
    app: Flask, db: object, settings: Settings
) -> None:
    user = create_user()
    here = PageClient(app).sign_in(user)
    signed_in = app.test_client().post(
        "/api/v1/auth/login",
        json={"email": user.email, "password": "correct horse battery"},
        headers={"User-Agent": "curl/8.14.1"},
    )
    seen = here.get("/profile")
    assert "At the API by password" in seen.text
    (action,) = end_buttons(seen)
    here.follow(here.submit("/profile", action=action))
    tokens = Tokens(settings.jwt_secret, settings.public_url)
    pair = signed_in.get_json()
    with pytest.raises(Exception, match="has ended"):
        tokens.authenticate(pair["access_token"])


def test_what_was_not_ended_is_not_said_to_be(
    admin: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise Conflict("Somebody else is at it.")

    monkeypatch.setattr("portal.profile.views.end_sessions", refuse)
    refused = admin.submit("/profile", action="/profile/sign-out-everywhere")
    said = admin.follow(admin.follow(refused))
    assert "Somebody else is at it." in said.html
    assert "You are signed out" not in said.html
