"""The second factor in the browser: nothing signs in past it but the provider's own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from pyotp import TOTP

from billing import clock
from billing.entrance import ask
from billing.users.queries import get_user
from billing.users.save_user import end_sessions
from tests.factories import PASSWORD, Phone, create_second_factor, create_user
from tests.mailbox import link_to
from tests.portal.page_client import PageClient, Seen


@pytest.fixture
def phone(db: object) -> Phone:
    return create_second_factor()


def is_in(browser: PageClient) -> bool:
    return browser.get("/profile").status == 200


def password(browser: PageClient, phone: Phone, path: str = "/sign-in") -> Seen:
    return browser.submit(path, email=phone.user.email, password=PASSWORD)


def test_after_the_password_a_code_is_asked_for(anonymous: PageClient, phone: Phone) -> None:
    seen = password(anonymous, phone, "/sign-in?next=/plans")
    assert seen.to == "/sign-in/code?next=/plans"
    assert not is_in(anonymous)
    assert anonymous.submit(seen.to, code=phone.code()).to == "/plans"
    assert is_in(anonymous)


def test_a_wrong_code_is_told_and_the_right_one_still_opens(
    anonymous: PageClient, phone: Phone
) -> None:
    seen = anonymous.follow(password(anonymous, phone))
    seen = anonymous.send(seen, code="000000")
    assert seen.status == 422
    assert "not right" in seen.alerts()
    assert not is_in(anonymous)
    assert anonymous.send(seen, code=phone.code()).status == 303
    assert is_in(anonymous)


def test_a_code_that_was_used_signs_nobody_else_in(
    anonymous: PageClient, phone: Phone, app: Flask
) -> None:
    code, thief = phone.code(), PageClient(app)
    for browser in (anonymous, thief):
        browser.send(browser.follow(password(browser, phone)), code=code)
    assert is_in(anonymous)
    assert not is_in(thief)


def test_guessing_codes_has_to_wait_in_every_browser(
    anonymous: PageClient, phone: Phone, app: Flask
) -> None:
    for _ in range(5):
        browser = PageClient(app)
        browser.send(browser.follow(password(browser, phone)), code="000000")
    seen = anonymous.send(anonymous.follow(password(anonymous, phone)), code=phone.code())
    assert seen.status == 429
    assert "Try again in 15 minutes" in seen.alerts()
    assert not is_in(anonymous)


def test_a_recovery_code_opens_and_tells_how_many_are_left(
    anonymous: PageClient, phone: Phone
) -> None:
    seen = anonymous.follow(password(anonymous, phone))
    seen = anonymous.follow(anonymous.send(seen, code=phone.recovery[3].upper()))
    assert "You have 9 recovery codes left." in seen.html
    assert "9 of your recovery codes are left" in anonymous.get("/profile").text


def test_neither_link_passes_the_second_factor(
    anonymous: PageClient, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "AT_LEAST_SECONDS", 0.0)
    typed = {"/sign-in/link": {}, "/sign-in/forgotten": {"new_password": "a completely new one"}}
    for page, values in typed.items():
        anonymous.submit(page, email=phone.user.email)
        seen = anonymous.submit(link_to(phone.user.email), **values)
        assert seen.to == "/sign-in/code"
        assert not is_in(anonymous)
    assert anonymous.submit("/sign-in/code", code=phone.code()).status == 303
    assert is_in(anonymous)


def test_the_code_page_alone_asks_nobody(anonymous: PageClient) -> None:
    assert anonymous.get("/sign-in/code?next=/plans").to == "/sign-in?next=/plans"
    assert "Begin again" in anonymous.get("/sign-in").html


def test_who_owes_a_code_has_ten_minutes(anonymous: PageClient, phone: Phone) -> None:
    seen = anonymous.follow(password(anonymous, phone))
    with anonymous.browser.session_transaction() as session:
        session["owes_code"][3] -= 600
        session.modified = True
    assert anonymous.send(seen, code=phone.code()).to == "/sign-in"
    assert not is_in(anonymous)


def test_who_was_signed_out_everywhere_meanwhile_begins_again(
    anonymous: PageClient, phone: Phone
) -> None:
    seen = anonymous.follow(password(anonymous, phone))
    end_sessions(phone.user.id)
    assert anonymous.send(seen, code=phone.code()).to == "/sign-in"
    assert not is_in(anonymous)


def test_a_cookie_from_before_the_code_opens_nothing_afterwards(
    anonymous: PageClient, phone: Phone, app: Flask
) -> None:
    seen = anonymous.follow(password(anonymous, phone))
    name = app.config["SESSION_COOKIE_NAME"]
    planted = anonymous.browser.get_cookie(name)
    assert planted
    anonymous.send(seen, code=phone.code())
    other = PageClient(app)
    other.browser.set_cookie(name, planted.value)
    assert not is_in(other)


def test_setting_up_shows_a_picture_and_codes_once(admin: PageClient, app: Flask) -> None:
    page = admin.get("/profile/second-factor/new")
    assert 'src="data:image/svg+xml' in page.html
    (secret,) = set(re.findall(r'data-copy="([A-Z2-7]{32})"', page.html))
    wrong = admin.send(page, code="000000")
    assert wrong.status == 422
    assert "not the code" in wrong.error_of("code")
    assert secret in wrong.html
    seen = admin.send(wrong, code=TOTP(secret).now())
    codes = re.findall(r"<code>([a-z2-9-]{19})</code>", seen.html)
    assert len(codes) == 10
    assert "10 of your recovery codes" in admin.get("/profile").text
    assert admin.get("/profile/second-factor/new").to == "/profile"
    assert not any(code in admin.get("/profile").html for code in codes)


def test_an_offer_of_yesterday_is_made_anew(admin: PageClient) -> None:
    page = admin.get("/profile/second-factor/new")
    (secret,) = set(re.findall(r'data-copy="([A-Z2-7]{32})"', page.html))
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        seen = admin.send(page, code=TOTP(secret).at(clock.now()))
        assert seen.status == 409
        assert "open too long" in seen.alerts()
        (fresh,) = set(re.findall(r'data-copy="([A-Z2-7]{32})"', seen.html))
        assert fresh != secret
        assert admin.send(seen, code=TOTP(fresh).at(clock.now())).status == 200


def test_removing_takes_a_code(anonymous: PageClient, phone: Phone, app: Flask) -> None:
    anonymous.send(anonymous.follow(password(anonymous, phone)), code=phone.code())
    seen = anonymous.submit("/profile/second-factor/remove", code="000000")
    assert seen.status == 422
    assert get_user(phone.user.id).has_second_factor
    assert anonymous.send(seen, code=phone.recovery[0]).to == "/profile"
    assert not get_user(phone.user.id).has_second_factor
    PageClient(app).sign_in(phone.user)


def test_an_admin_takes_away_anothers_who_is_signed_out(
    admin: PageClient, anonymous: PageClient, phone: Phone
) -> None:
    anonymous.send(anonymous.follow(password(anonymous, phone)), code=phone.code())
    assert "Second factor" in admin.get(f"/users/{phone.user.id}").text
    admin.follow(admin.submit(f"/users/{phone.user.id}/reset-second-factor"))
    assert not is_in(anonymous)
    anonymous.sign_in(phone.user)


def test_only_admins_take_away_second_factors(app: Flask, phone: Phone) -> None:
    viewer = PageClient(app).sign_in(create_user(role="viewer"))
    assert viewer.get(f"/users/{phone.user.id}/reset-second-factor").status == 403
