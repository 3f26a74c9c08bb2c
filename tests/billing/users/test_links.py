"""Links by mail: they work once, for a while, for what they were sent for, and for one account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.errors import BillingError, Invalid
from billing.inputs import merge, parse
from billing.transactions import in_transaction
from billing.users.accept_invitation import accept_invitation
from billing.users.errors import InvalidCredentials, LinkNotPossible, LinkSpent, TooManyAttempts
from billing.users.inputs import AcceptInvitation, ChangePassword, UserInput, as_input
from billing.users.links import LIFETIMES, Purpose, get_link_user, new_link, spend_link
from billing.users.models import User
from billing.users.queries import get_user
from billing.users.save_user import change_password, update_user
from billing.users.sign_in import sign_in
from billing.users.throttle import LINKS
from tests.factories import PASSWORD, create_user

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
VERA = AcceptInvitation(name="Vera", password=PASSWORD)


def link(user: User, purpose: Purpose = "sign_in") -> str:
    return new_link(user.id, purpose, HOUR)


def invited(**values: Any) -> User:
    return create_user(status="invited", password=None, **values)


def change(user: User, **values: Any) -> User:
    return update_user(user.id, merge(UserInput, as_input(get_user(user.id)), values))


def refuse(token: str, purpose: Purpose = "sign_in") -> None:
    """Neither shown nor spent."""
    for use in (get_link_user, spend_link):
        with pytest.raises(LinkSpent):
            use(token, purpose)


def test_a_link_is_spent_once_however_often_it_is_looked_at(db: Database[Row]) -> None:
    user = create_user()
    token = link(user)
    assert [get_link_user(token, "sign_in").id for _ in range(3)] == [user.id] * 3
    assert spend_link(token, "sign_in").id == user.id
    refuse(token)


def test_of_two_who_bring_it_at_once_one_gets_in(db: Database[Row]) -> None:
    token = link(create_user())

    def spend(_: int) -> bool:
        try:
            return bool(spend_link(token, "sign_in"))
        except LinkSpent:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(spend, range(8))) == 1


def test_only_the_hash_is_kept(db: Database[Row]) -> None:
    token = link(create_user())
    (row,) = db.links.find()
    assert token not in str(row)
    refuse(row["hash"])
    assert not any(token in str(event) for event in db.events.find())


def test_a_link_is_for_one_purpose(db: Database[Row]) -> None:
    token = link(create_user(), "password_reset")
    refuse(token, "sign_in")
    refuse(token, "invitation")
    assert spend_link(token, "password_reset")


def test_guesses_lead_nowhere(db: Database[Row]) -> None:
    link(create_user())
    for guess in ("", "x", "a" * 43, "$ne"):
        refuse(guess)


def test_a_link_dies_on_time_even_before_the_database_forgets_it(db: Database[Row]) -> None:
    user = create_user()
    with clock.frozen(NOON):
        token = link(user)
    with clock.frozen(NOON + HOUR - timedelta(milliseconds=1)):
        assert get_link_user(token, "sign_in").id == user.id
    with clock.frozen(NOON + HOUR):
        refuse(token)
    assert db.links.index_information()["expiry"]["expireAfterSeconds"] == 0


def test_a_newer_link_ends_the_older_of_its_purpose_only(db: Database[Row]) -> None:
    user = create_user()
    reset, older, newer = link(user, "password_reset"), link(user), link(user)
    refuse(older)
    assert spend_link(newer, "sign_in")
    assert spend_link(reset, "password_reset")


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "disabled"},
        {"email": "elsewhere@example.com"},
        {"password": "a completely new one"},
    ],
)
def test_what_changes_the_way_in_ends_the_links(db: Database[Row], changed: Row) -> None:
    create_user()
    user = create_user(role="viewer")
    tokens = {purpose: link(user, purpose) for purpose in ("sign_in", "password_reset")}
    change(user, **changed)
    for purpose, token in tokens.items():
        refuse(token, purpose)
    change(user, status="active")
    for purpose, token in tokens.items():
        refuse(token, purpose)


def test_changing_the_password_ends_the_links(db: Database[Row]) -> None:
    user = create_user()
    token = link(user)
    change_password(user.id, ChangePassword(current_password=PASSWORD, new_password="a newer one!"))
    refuse(token)


def test_a_spent_link_is_unspent_when_what_it_was_spent_for_did_not_happen(
    db: Database[Row],
) -> None:
    token = link(create_user())

    def broken() -> None:
        spend_link(token, "sign_in")
        raise RuntimeError("killed here")

    with pytest.raises(RuntimeError):
        in_transaction(broken)
    assert spend_link(token, "sign_in")


def test_an_account_is_sent_few_links_in_an_hour(db: Database[Row]) -> None:
    user, other = create_user(), create_user()
    with clock.frozen(NOON):
        for _ in range(LINKS.per_account):
            link(user)
        with pytest.raises(TooManyAttempts) as refusal:
            link(user, "password_reset")
        assert 0 < refusal.value.retry_after <= 3601
        link(other)
    with clock.frozen(NOON + HOUR):
        link(user)


def test_an_address_asks_for_so_many_links_in_an_hour(db: Database[Row]) -> None:
    user = create_user()
    db.sign_in_failures.insert_one(
        {
            "_id": "link:address:192.0.2.7",
            "count": LINKS.per_address,
            "expires_at": clock.now() + HOUR,
        }
    )
    with acting_as(Actor(type="anonymous", ip="192.0.2.7")), pytest.raises(TooManyAttempts):
        link(user)
    with acting_as(Actor(type="anonymous", ip="192.0.2.8")):
        link(user)


def test_each_link_is_for_accounts_in_its_state(db: Database[Row]) -> None:
    active, waiting = create_user(), invited()
    disabled = create_user(status="disabled")
    possible = [(active, "sign_in"), (active, "password_reset"), (waiting, "invitation")]
    for user in (active, waiting, disabled):
        for purpose in LIFETIMES:
            if (user, purpose) in possible:
                assert link(user, purpose)
            else:
                with pytest.raises(LinkNotPossible):
                    link(user, purpose)


def test_who_is_invited_chooses_name_and_password(db: Database[Row]) -> None:
    user = invited(email="vera@example.com", name="vera", role="support")
    token = link(user, "invitation")
    for password in ("", PASSWORD):
        with pytest.raises(InvalidCredentials):
            sign_in(user.email, password)
    accepted = accept_invitation(token, VERA)
    assert (accepted.id, accepted.name, accepted.status) == (user.id, "Vera", "active")
    assert sign_in(user.email, PASSWORD).role == "support"
    refuse(token, "invitation")
    event = db.events.find_one({"type": "user.joined"})
    assert event
    assert event["actor"]["id"] == user.id
    assert event["changes"]["status"] == ["invited", "active"]
    assert event["changes"]["password_hash"] == ["(hidden)", "(hidden)"]


def test_a_link_of_another_purpose_accepts_nothing(db: Database[Row]) -> None:
    with pytest.raises(LinkSpent):
        accept_invitation(link(create_user(), "password_reset"), VERA)


def test_another_role_leaves_an_invitation_valid(db: Database[Row]) -> None:
    create_user()
    user = invited(role="viewer")
    token = link(user, "invitation")
    change(user, role="billing")
    assert accept_invitation(token, VERA).role == "billing"


@pytest.mark.parametrize(
    ("make", "values", "field"),
    [
        (create_user, {"status": "invited"}, "status"),
        (invited, {"status": "active"}, "password"),
    ],
)
def test_only_who_cannot_sign_in_is_invited(
    db: Database[Row], make: Any, values: Row, field: str
) -> None:
    create_user()
    with pytest.raises(Invalid) as refusal:
        change(make(), **values)
    assert [error.field for error in refusal.value.errors] == [field]


def test_an_admin_can_let_the_invited_in_by_a_password(db: Database[Row]) -> None:
    user = invited(role="viewer")
    token = link(user, "invitation")
    change(user, status="active", password=PASSWORD)
    assert sign_in(user.email, PASSWORD).id == user.id
    refuse(token, "invitation")


def test_the_password_of_the_invited_is_theirs_to_choose() -> None:
    values = {"email": "a@example.com", "name": "A", "role": "viewer", "status": "invited"}
    assert parse(UserInput, values).password is None
    with pytest.raises(BillingError) as refusal:
        parse(UserInput, {**values, "password": PASSWORD})
    assert "chosen by who is invited" in str(refusal.value.errors)
