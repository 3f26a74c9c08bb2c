"""The first admin, and one's own account."""

from __future__ import annotations

from flask import Flask

from billing.settings import Settings
from billing.users.first_admin import ensure_first_admin
from billing.users.throttle import PER_ACCOUNT
from tests.factories import PASSWORD, create_user
from tests.portal.page_client import PageClient


def test_the_set_up_link_makes_one_admin_and_signs_in(
    anonymous: PageClient, app: Flask, settings: Settings
) -> None:
    link = f"/setup/{ensure_first_admin(settings)}"
    typed = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
    seen = anonymous.submit(link, **typed)
    assert anonymous.follow(seen).title == "Dashboard"
    assert PageClient(app).get(link).status == 404


def test_the_set_up_page_names_what_is_wrong_and_stays_open(
    anonymous: PageClient, settings: Settings
) -> None:
    link = f"/setup/{ensure_first_admin(settings)}"
    seen = anonymous.submit(link, name="Ada", email="nonsense", password="short")
    assert seen.status == 422
    assert "at least 12 characters" in seen.error_of("password")
    assert seen.error_of("email")
    assert seen.values()["name"] == "Ada"
    assert seen.values()["password"] == ""
    assert anonymous.get(link).status == 200


def test_an_unknown_set_up_link_leads_nowhere(anonymous: PageClient) -> None:
    assert anonymous.get("/setup/guess").status == 404


def test_changing_the_password_ends_other_sessions_but_not_this_one(app: Flask, db: object) -> None:
    user = create_user()
    here, there = PageClient(app).sign_in(user), PageClient(app).sign_in(user)
    new = "a completely new one"
    seen = here.submit("/profile", "/profile", current_password=PASSWORD, new_password=new)
    assert "Your password is changed" in here.follow(seen).html
    assert there.get("/").status == 303
    PageClient(app).sign_in(user, new)


def test_a_wrong_present_password_changes_nothing(admin: PageClient) -> None:
    typed = {"current_password": "wrong", "new_password": "a completely new one"}
    seen = admin.submit("/profile", "/profile", **typed)
    assert seen.status == 422
    assert seen.error_of("current_password") == "The current password is wrong."
    assert admin.get("/profile").status == 200


def test_guessing_the_present_password_is_throttled(admin: PageClient) -> None:
    typed = {"current_password": "wrong", "new_password": "a completely new one"}
    for _ in range(PER_ACCOUNT):
        assert admin.submit("/profile", "/profile", **typed).status == 422
    right = typed | {"current_password": PASSWORD}
    assert admin.submit("/profile", "/profile", **right).status == 429


def test_light_or_dark_is_remembered(admin: PageClient) -> None:
    assert 'data-bs-theme="dark"' not in admin.get("/plans").html
    page = admin.get("/plans")
    token = next(i.get("value") for i in page.page.iter("input") if i.get("name") == "csrf_token")
    chosen = {"csrf_token": token, "theme": "dark", "next": "/plans"}
    assert admin.post("/profile/theme", chosen).to == "/plans"
    assert 'data-bs-theme="dark"' in admin.get("/plans").html


def test_choosing_a_theme_leads_to_no_other_site(admin: PageClient) -> None:
    token = admin.get("/profile").values("/profile")["csrf_token"]
    chosen = {"csrf_token": token, "theme": "dark", "next": "//evil.example"}
    assert admin.post("/profile/theme", chosen).to == "/"
