"""The whole portal at once: each page of each kind is well-formed and shown to its readers only."""

from __future__ import annotations

import pytest
from flask import Flask

from billing.users.models import User
from portal.access import Access
from portal.languages.catalogues import LANGUAGES
from tests.browser.live import customer_pages, staff_pages
from tests.factories import PASSWORD, create_user
from tests.portal.believable import ADMIN, CUSTOMER, Business, build
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen

PUBLIC = {
    "auth.sign_in",
    "auth.oidc",
    "auth.oidc_callback",
    "auth.sign_out",
    "auth.setup",
    "auth.ask_link",
    "auth.forgotten",
    "auth.use_link",
    "auth.new_password",
    "auth.accept",
    "auth.code",
    "profile.choose_theme",
    "seller.brand",
    "seller.picture",
    "api_docs.index",
    "api_docs.group",
}
PROFILE = {
    "profile",
    *(f"profile-{name}" for name in ("second-factor", "codes", "remove", "confirm")),
}
"""What everybody who is signed in has."""
OUTSIDE = ("api.", "oauth_server.", "provider_reports.", "health.", "static")


@pytest.fixture
def business(db: object) -> Business:
    return build()


def _browser(app: Flask, email: str) -> PageClient:
    client = PageClient(app)
    assert client.submit("/sign-in", email=email, password=PASSWORD).status == 303
    return client


def test_every_view_declares_who_may_see_it(app: Flask) -> None:
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(OUTSIDE):
            continue
        access = getattr(view, "access", None)
        assert isinstance(access, Access), endpoint
        assert (access.audience == "public") == (endpoint in PUBLIC), endpoint
        if access.audience == "staff":
            assert access.scope, f"{endpoint} names no scope"


def test_every_page_is_well_formed(app: Flask, business: Business) -> None:
    admin = _browser(app, ADMIN)
    for name, path in staff_pages(business).items():
        assert admin.get(path).status == (404 if name == "missing" else 200), path
    customer = _browser(app, CUSTOMER)
    for language in LANGUAGES:
        User.objects(email=CUSTOMER).update(set__language=language)
        for path in customer_pages(business).values():
            seen = customer.get(path)
            assert seen.status == 200, path
            assert _language(seen) == language, path


def _language(seen: Seen) -> str:
    assert seen.page is not None
    return seen.page.get("lang", "").partition("-")[0]


def test_an_anonymous_reader_is_sent_to_the_sign_in(app: Flask, business: Business) -> None:
    anonymous = PageClient(app)
    everything = staff_pages(business) | customer_pages(business)
    for name, path in everything.items():
        seen = anonymous.get(path)
        if name == "missing":
            assert seen.status == 404
        else:
            assert seen.status == 303, path
            assert seen.to.startswith("/sign-in?next="), path


def test_staff_pages_do_not_exist_for_a_customer(app: Flask, business: Business) -> None:
    customer = _browser(app, CUSTOMER)
    for name, path in staff_pages(business).items():
        if name not in {"dashboard", "consent", "search", "search-found"} | PROFILE:
            assert customer.get(path).status == 404, path
    assert customer.get("/").to == "/account"


def test_customer_pages_do_not_exist_for_staff(app: Flask, business: Business) -> None:
    admin = _browser(app, ADMIN)
    for path in customer_pages(business).values():
        assert admin.get(path).status == 404, path


def test_a_stranger_sees_nothing_of_another_customer(
    app: Flask, business: Business, stranger: PageClient
) -> None:
    assert stranger.get(f"/account/invoices/{business.invoice}").status == 404
    assert "INV-" not in stranger.get("/account/invoices").text
    assert "Acme" not in stranger.get("/account").text


def test_each_post_is_refused_without_its_scope(app: Flask, visiting_as: Visitor) -> None:
    viewer = visiting_as("viewer")
    token = viewer.get("/profile").values("/profile")["csrf_token"]
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if access is None or access.audience != "staff" or "POST" not in (rule.methods or ()):
            continue
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, "1"))
        assert viewer.post(path, {"csrf_token": token}).status == 403, path


@pytest.mark.parametrize(
    ("role", "language"), [("viewer", "en"), ("support", "en"), ("billing", "de")]
)
def test_what_a_role_may_not_do_is_not_offered(
    app: Flask, business: Business, visiting_as: Visitor, role: str, language: str
) -> None:
    """Each page is well-formed for them too, and in their language."""
    visitor, followed = visiting_as(role), set()
    User.objects.update(set__language=language)
    for path in staff_pages(business).values():
        seen = visitor.get(path)
        if seen.status != 200:
            assert seen.status in {403, 404}, path
            continue
        assert _language(seen) == language, path
        for link in seen.links() - followed:
            if link.startswith("/"):
                with visitor.browser.get(link) as answer:  # its own test looks at what it says
                    assert answer.status_code != 403, f"{path} offers {link}"
        followed |= seen.links()


def test_a_post_without_the_token_is_refused(app: Flask, db: object) -> None:
    admin = PageClient(app).sign_in(create_user())
    for path in ("/customers/new", "/plans/new", "/profile", "/sign-out", "/runs/dry-runs"):
        seen = admin.post(path, {"name": "x"})
        assert seen.status == 400, path
        assert "Reload it and send again" in seen.text
    assert PageClient(app).post("/sign-in", {"email": "a", "password": "b"}).status == 400
