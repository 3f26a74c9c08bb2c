"""The first admin: from the environment, or by a link that works once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from billing.database import Database, Row
from billing.errors import Invalid
from billing.settings import Settings
from billing.users.errors import SetupLinkSpent
from billing.users.first_admin import complete_setup, ensure_first_admin, setup_is_open
from billing.users.sign_in import sign_in
from tests.factories import create_user

PASSWORD = "a very good password"


@pytest.fixture
def named(settings: Settings, tmp_path: Path) -> Settings:
    """Settings that name the first admin."""
    environ = {
        "DATA_DIR": str(tmp_path),
        "ADMIN_EMAIL": "Root@Example.com",
        "ADMIN_PASSWORD": PASSWORD,
    }
    return Settings.load(environ)


def test_the_environment_names_the_first_admin(db: Database[Row], named: Settings) -> None:
    assert ensure_first_admin(named) is None
    assert sign_in("root@example.com", PASSWORD).role == "admin"
    assert ensure_first_admin(named) is None
    assert db.users.count_documents({}) == 1


def test_many_starts_at_once_make_one_admin(db: Database[Row], named: Settings) -> None:
    for _ in range(4):
        db.users.delete_many({})
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(ensure_first_admin, [named] * 4)) == [None] * 4
        assert db.users.count_documents({}) == 1


def test_without_a_name_a_link_works_once(db: Database[Row], settings: Settings) -> None:
    token = ensure_first_admin(settings)
    assert token
    assert setup_is_open(token)
    assert not setup_is_open("another")
    admin = complete_setup(token, "Ann", "ann@example.com", PASSWORD)
    assert admin.role == "admin"
    assert not setup_is_open(token)
    with pytest.raises(SetupLinkSpent):
        complete_setup(token, "Eve", "eve@example.com", PASSWORD)
    assert db.users.count_documents({}) == 1
    assert ensure_first_admin(settings) is None


def test_each_start_voids_the_link_before(db: Database[Row], settings: Settings) -> None:
    first, second = ensure_first_admin(settings), ensure_first_admin(settings)
    assert first
    assert second
    assert (setup_is_open(first), setup_is_open(second)) == (False, True)


def test_a_link_is_spent_once_there_is_an_admin(db: Database[Row], settings: Settings) -> None:
    token = ensure_first_admin(settings)
    assert token
    create_user()
    assert not setup_is_open(token)
    with pytest.raises(SetupLinkSpent):
        complete_setup(token, "Eve", "eve@example.com", PASSWORD)


def test_a_link_survives_what_was_typed_wrong(db: Database[Row], settings: Settings) -> None:
    token = ensure_first_admin(settings)
    assert token
    with pytest.raises(Invalid):
        complete_setup(token, "Ann", "no email", PASSWORD)
    assert setup_is_open(token)


def test_two_who_use_the_link_at_once_make_one_admin(db: Database[Row], settings: Settings) -> None:
    token = ensure_first_admin(settings)
    assert token

    def complete(n: int) -> bool:
        try:
            complete_setup(token, "Ann", f"ann{n}@example.com", PASSWORD)
        except SetupLinkSpent:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(complete, range(4))) == 1
    assert db.users.count_documents({}) == 1


def test_the_link_is_not_kept_in_clear(db: Database[Row], settings: Settings) -> None:
    token = ensure_first_admin(settings)
    assert token
    assert token not in str(list(db.setup_links.find()))
