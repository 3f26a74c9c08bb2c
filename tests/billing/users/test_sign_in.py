"""Signing in: one answer for every failure, and few guesses."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from billing import clock
from billing.database import Database, Row
from billing.users import passwords
from billing.users import sign_in as sign_in_module
from billing.users.errors import InvalidCredentials, TooManyAttempts
from billing.users.passwords import hash_password, password_matches
from billing.users.sign_in import sign_in
from billing.users.throttle import PER_ACCOUNT, PER_ADDRESS, WINDOW
from tests.factories import PASSWORD, create_user

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def fail(email: str, ip: str | None = None) -> InvalidCredentials:
    with pytest.raises(InvalidCredentials) as refusal:
        sign_in(email, "a wrong password", ip)
    return refusal.value


def test_unknown_wrong_and_disabled_are_answered_alike(db: Database[Row]) -> None:
    user, disabled = create_user(), create_user(status="disabled")
    answers = [fail("nobody@example.com"), fail(user.email), fail(disabled.email)]
    with pytest.raises(InvalidCredentials) as refusal:
        sign_in(disabled.email, PASSWORD)
    answers.append(refusal.value)
    assert {(a.message, a.code, a.field) for a in answers} == {
        ("Email or password is wrong.", "invalid_credentials", "")
    }


def test_every_failure_verifies_one_hash(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    def counting(password_hash: str | None, password: str) -> bool:
        verified.append(password_hash or passwords._NOBODY)
        return password_matches(password_hash, password)

    monkeypatch.setattr(sign_in_module, "password_matches", counting)
    fail("nobody@example.com")
    fail(create_user().email)
    fail(create_user(status="disabled").email)
    assert [found.startswith("$argon2id$") for found in verified] == [True] * 3


def test_the_email_is_read_however_it_is_typed(db: Database[Row]) -> None:
    user = create_user(email="ann@example.com")
    assert sign_in(" ANN@Example.com ", PASSWORD).id == user.id


def test_a_sign_in_is_recorded_in_the_users_own_name(db: Database[Row]) -> None:
    user = create_user()
    with clock.frozen(NOON):
        sign_in(user.email, PASSWORD, ip="192.0.2.7")
    event = db.events.find_one({"type": "user.signed_in"})
    assert event
    assert event["actor"] == {"type": "user", "id": user.id, "name": user.name}
    assert event["ip"] == "192.0.2.7"
    row = db.users.find_one({"_id": user.id})
    assert row
    assert row["last_login_at"] == NOON


def test_an_account_bears_ten_failures_in_its_window(db: Database[Row]) -> None:
    user = create_user()
    with clock.frozen(NOON):
        for _ in range(PER_ACCOUNT):
            fail(user.email)
        with pytest.raises(TooManyAttempts) as refusal:
            sign_in(user.email, PASSWORD)
        assert 0 < refusal.value.retry_after <= WINDOW.total_seconds() + 1
        assert refusal.value.message == "Too many attempts. Try again in 16 minutes."
        assert sign_in(create_user().email, PASSWORD)
    with clock.frozen(NOON + WINDOW):
        assert sign_in(user.email, PASSWORD).id == user.id


def test_a_new_window_begins_to_count_again(db: Database[Row]) -> None:
    user = create_user()
    with clock.frozen(NOON):
        for _ in range(PER_ACCOUNT):
            fail(user.email)
    with clock.frozen(NOON + WINDOW + timedelta(seconds=1)):
        for _ in range(PER_ACCOUNT - 1):
            fail(user.email)
        assert sign_in(user.email, PASSWORD)


def test_the_right_password_clears_the_accounts_count(db: Database[Row]) -> None:
    user = create_user()
    for _ in range(3):
        for _ in range(PER_ACCOUNT - 1):
            fail(user.email)
        sign_in(user.email, PASSWORD)


def test_an_address_bears_a_hundred_failures_over_all_accounts(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_module, "password_matches", lambda *_: False)
    for n in range(PER_ADDRESS):
        fail(f"guess{n}@example.com", ip="192.0.2.7")
    with pytest.raises(TooManyAttempts):
        sign_in("guess@example.com", "x", ip="192.0.2.7")
    fail("guess@example.com", ip="192.0.2.8")


def test_what_was_typed_as_an_email_is_not_kept(db: Database[Row]) -> None:
    fail("my secret password")
    assert "secret" not in str(list(db.sign_in_failures.find()))


def test_a_hash_is_as_dear_as_its_standard_asks() -> None:
    as_installed = runpy.run_path(passwords.__file__)  # untouched by what tests make cheap
    found = extract_parameters(as_installed["hash_password"]("x" * 12))
    assert found == RFC_9106_LOW_MEMORY


def test_a_hash_is_salted_and_of_todays_kind() -> None:
    first, second = hash_password("x" * 12), hash_password("x" * 12)
    assert first != second
    assert first.startswith("$argon2id$")
    assert password_matches(first, "x" * 12)
    assert not password_matches(first, "y" * 12)
    assert not password_matches(None, "nobody has this password")
    assert not password_matches("no hash at all", "x")
