"""Users: accounts, roles, and the last admin who cannot leave."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from billing.database import Database, Row
from billing.errors import BillingError, Invalid, StaleRevision
from billing.inputs import merge
from billing.users.errors import (
    EmailTaken,
    InvalidCredentials,
    InvalidToken,
    LastAdmin,
    UserNotFound,
)
from billing.users.inputs import ChangePassword, UserInput, as_input
from billing.users.models import User
from billing.users.permissions import ROLES, SCOPES, STAFF_ROLES, scopes_of
from billing.users.queries import find_user, get_user, list_users
from billing.users.save_user import change_password, end_sessions, update_user
from billing.users.sign_in import actor_for, sign_in
from billing.users.tokens import Tokens
from billing.users.views import user_view
from tests.factories import PASSWORD, create_customer, create_user

TOKENS = Tokens("k1Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQeB", "http://localhost:3000")


def change(user: User, revision: int | None = None, **values: Any) -> User:
    """Change some of an account, as PATCH does."""
    patched = merge(UserInput, as_input(get_user(user.id)), values)
    return update_user(user.id, patched, expected_revision=revision)


def test_a_stranger_is_not_found(db: Database[Row]) -> None:
    unknown = "usr_01JD0000000000000000000000"
    for get in (get_user, end_sessions):
        with pytest.raises(UserNotFound):
            get(unknown)
    assert find_user(unknown) is None


def test_a_new_user_can_sign_in_and_no_hash_is_shown(db: Database[Row]) -> None:
    user = create_user(email="Ann@Example.com", name="Ann", role="billing")
    assert sign_in("ann@example.com", PASSWORD).id == user.id
    view = user_view(get_user(user.id).row())
    assert (view["email"], view["role"], view["status"]) == ("ann@example.com", "billing", "active")
    assert view["scopes"] == sorted(scopes_of("billing"))
    assert "password_hash" not in view
    assert all("password_hash" not in row for row in list_users().items)
    stored = db.users.find_one({})
    assert stored
    assert stored["password_hash"].startswith("$argon2id$")
    assert not any("$argon2" in str(event) for event in db.events.find())


def test_a_new_user_needs_a_password(db: Database[Row]) -> None:
    with pytest.raises(Invalid) as refusal:
        create_user(password=None)
    assert refusal.value.field == "password"


def test_an_email_belongs_to_one_user_however_it_is_spelled(db: Database[Row]) -> None:
    create_user(email="ann@example.com")
    other = create_user()
    with pytest.raises(EmailTaken):
        create_user(email="ANN@example.com")
    with pytest.raises(EmailTaken):
        change(other, email="Ann@Example.com")
    assert db.users.count_documents({}) == 2


def test_the_last_admin_stays_one(db: Database[Row]) -> None:
    admin = create_user()
    create_user(role="viewer")
    create_user(status="disabled")
    for values in ({"role": "viewer"}, {"status": "disabled"}):
        with pytest.raises(LastAdmin):
            change(admin, **values)
    assert get_user(admin.id).row() == admin.row()
    create_user()
    assert change(admin, role="viewer").role == "viewer"


def test_a_disabled_admin_is_not_needed(db: Database[Row]) -> None:
    create_user()
    disabled = create_user(status="disabled")
    assert change(disabled, role="viewer").role == "viewer"


def test_two_admins_who_demote_each_other_at_once_leave_one(db: Database[Row]) -> None:
    for _ in range(8):
        db.users.delete_many({})
        admins = [create_user(), create_user()]

        def demote(user: User) -> User | BillingError:
            try:
                return change(user, role="viewer")
            except BillingError as refusal:
                return refusal

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(demote, admins))
        assert db.users.count_documents({"role": "admin", "status": "active"}) == 1


@pytest.mark.parametrize(
    "values",
    [{"role": "viewer"}, {"status": "disabled"}, {"password": "another good password"}],
)
def test_losing_rights_or_the_password_ends_every_sign_in(
    db: Database[Row], values: dict[str, str]
) -> None:
    create_user()
    user = create_user(role="billing")
    pair = TOKENS.issue(user)
    changed = change(user, 1, **values)
    assert changed.session_version == 2
    with pytest.raises(InvalidToken):
        TOKENS.authenticate(pair.access_token)
    with pytest.raises(InvalidToken):
        TOKENS.refresh(pair.refresh_token)


def test_moving_a_user_to_another_customer_ends_their_sign_ins(db: Database[Row]) -> None:
    user = create_user(role="customer", customer_id=create_customer().id)
    pair = TOKENS.issue(user)
    change(user, customer_id=create_customer().id)
    with pytest.raises(InvalidToken):
        TOKENS.authenticate(pair.access_token)


def test_a_new_name_ends_no_sign_in(db: Database[Row]) -> None:
    user = create_user()
    pair = TOKENS.issue(user)
    changed = change(user, name="Ann B.")
    assert (changed.session_version, changed.name) == (1, "Ann B.")
    assert TOKENS.authenticate(pair.access_token).id == user.id
    assert sign_in(user.email, PASSWORD).name == "Ann B."


def test_signing_out_everywhere_ends_sessions_and_tokens(db: Database[Row]) -> None:
    user = create_user()
    pairs = [TOKENS.issue(user) for _ in range(2)]
    assert end_sessions(user.id).session_version == 2
    for pair in pairs:
        with pytest.raises(InvalidToken):
            TOKENS.authenticate(pair.access_token)


def test_ones_own_password_is_changed_by_who_knows_it(db: Database[Row]) -> None:
    user = create_user()
    pair = TOKENS.issue(user)
    wrong = ChangePassword(current_password="wrong", new_password="another good one")
    with pytest.raises(InvalidCredentials) as refusal:
        change_password(user.id, wrong)
    assert refusal.value.field == "current_password"
    assert TOKENS.authenticate(pair.access_token)
    right = ChangePassword(current_password=PASSWORD, new_password="another good one")
    assert change_password(user.id, right).session_version == 2
    assert sign_in(user.email, "another good one").id == user.id
    with pytest.raises(InvalidCredentials):
        sign_in(user.email, PASSWORD)
    with pytest.raises(InvalidToken):
        TOKENS.authenticate(pair.access_token)


def test_an_old_revision_changes_nothing(db: Database[Row]) -> None:
    user = create_user()
    with pytest.raises(StaleRevision):
        change(user, 2, name="Other")
    assert get_user(user.id).name == user.name


def test_a_sign_in_does_not_make_an_open_form_stale(db: Database[Row]) -> None:
    user = create_user()
    sign_in(user.email, PASSWORD)
    assert change(user, 1, name="Other").revision == 2
    assert get_user(user.id).last_login_at is not None


def test_lists_filter_and_sort(db: Database[Row]) -> None:
    customer = create_customer()
    bert = create_user(email="bert@example.com", name="Bert Ypsilon", role="viewer")
    anna = create_user(
        email="anna@example.com",
        role="customer",
        customer_id=customer.id,
        status="disabled",
    )
    ids = lambda page: [row["_id"] for row in page.items]  # noqa: E731
    assert ids(list_users()) == [anna.id, bert.id]
    assert ids(list_users(sort="email")) == [anna.id, bert.id]
    assert ids(list_users(sort="-email")) == [bert.id, anna.id]
    assert ids(list_users(role="viewer")) == [bert.id]
    assert ids(list_users(status="disabled")) == [anna.id]
    assert ids(list_users(customer_id=customer.id)) == [anna.id]
    assert ids(list_users(q="yps")) == [bert.id]
    assert ids(list_users(q="anna@")) == [anna.id]


def test_roles_carry_the_scopes_of_the_one_table() -> None:
    reads = {"read:customers", "read:plans", "read:subscriptions", "read:invoices"}
    writes = {scope.replace("read", "write") for scope in reads}
    assert scopes_of("admin") == set(SCOPES)
    assert scopes_of("billing") == reads | writes | {"read:events"}
    assert scopes_of("support") == reads | {
        "write:customers", "write:subscriptions", "read:events",
    }  # fmt: skip
    assert scopes_of("viewer") == reads | {"read:events"}
    assert scopes_of("customer") == reads - {"read:plans"}
    assert set(ROLES) - set(STAFF_ROLES) == {"customer"}


def test_an_actor_may_what_its_role_may(db: Database[Row]) -> None:
    user = create_user(role="viewer")
    actor = actor_for(user, request_id="req-1", ip="127.0.0.1")
    actor.require("read:invoices")
    with pytest.raises(BillingError, match="write:invoices") as refusal:
        actor.require("write:invoices")
    assert refusal.value.code == "missing_scope"
    assert (user.is_staff, user.is_active_account) == (True, True)
