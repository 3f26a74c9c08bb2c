"""Users in the browser: admins only."""

from __future__ import annotations

import pytest

from billing.users.queries import get_user
from tests.factories import PASSWORD, create_customer, create_user
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_only_admins_look_after_users(visiting_as: Visitor, role: str) -> None:
    visitor = visiting_as(role)
    for path in ("/users", "/users/new", "/users/usr_x"):
        seen = visitor.get(path)
        assert seen.status == 403
        assert "You may not do this" in seen.text
    assert "/users" not in visitor.get("/").links()


def test_a_new_user_can_sign_in(admin: PageClient) -> None:
    typed = {"name": "Vera", "email": "Vera@Example.com", "role": "viewer", "password": PASSWORD}
    seen = admin.submit("/users/new", **typed)
    assert "Vera can sign in now." in admin.follow(seen).text
    user = get_user(seen.to.rpartition("/")[2])
    PageClient(admin.app).sign_in(user)


def test_what_is_wrong_is_named_and_the_password_is_not_sent_back(admin: PageClient) -> None:
    typed = {"name": "Vera", "email": "x", "role": "viewer", "password": "short"}
    seen = admin.submit("/users/new", **typed)
    assert seen.status == 422
    assert seen.error_of("email")
    assert "at least 12" in seen.error_of("password")
    assert "short" not in seen.values().values()


def test_a_customers_user_needs_the_customer(admin: PageClient) -> None:
    typed = {"name": "Bea", "email": "bea@example.com", "password": PASSWORD, "role": "customer"}
    seen = admin.submit("/users/new", **typed)
    assert seen.status == 422
    assert "customer_id is required" in seen.alerts().lower()
    customer = create_customer()
    assert admin.submit("/users/new", **typed, customer_id=customer.id).status == 303


def test_an_email_is_used_once(admin: PageClient) -> None:
    user = create_user()
    typed = {"name": "Vera", "email": user.email, "role": "viewer", "password": PASSWORD}
    seen = admin.submit("/users/new", **typed)
    assert "exists" in seen.error_of("email")


def test_a_blank_password_keeps_the_present_one(admin: PageClient) -> None:
    user = create_user(role="viewer")
    admin.follow(admin.submit(f"/users/{user.id}/edit", name="Renamed"))
    assert get_user(user.id).name == "Renamed"
    PageClient(admin.app).sign_in(user)


def test_the_last_admin_cannot_be_disabled(admin: PageClient) -> None:
    admin_id = next(link for link in admin.get("/users").links() if link.startswith("/users/usr"))
    seen = admin.submit(f"{admin_id}/edit", status="disabled")
    assert seen.status == 409
    assert "only active admin" in seen.alerts()
    assert get_user(admin_id.rpartition("/")[2]).status == "active"
