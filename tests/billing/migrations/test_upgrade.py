"""Older documents are given what they lack, once, however often that is cut off."""

from __future__ import annotations

from typing import Any

import pytest

from billing.database import Database, Row
from billing.maintenance.errors import AlreadyUnderWay
from billing.maintenance.lease import leased
from billing.migrations import upgrade as module
from billing.migrations.upgrade import lacking, of_other_versions, upgrade
from billing.migrations.version import (
    NewerDatabase,
    outstanding,
    refuse_newer,
    schema_version,
    stamp_if_fresh,
)
from billing.schema import MIGRATIONS, NEWEST, VERSIONS
from billing.seller.save_settings import write_settings
from tests.factories import create_payment, create_user


class Killed(Exception):
    """Stands for the end of the process between two batches."""


@pytest.fixture
def old_payments(db: Database[Row], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "BATCH", 10)
    db.payments.insert_many([{"_id": f"pay_{n:04}", "amount": 1} for n in range(45)])
    return 45


def test_numbers_ascend_and_none_is_given_twice() -> None:
    numbers = [migration.number for migration in MIGRATIONS]
    assert numbers == list(range(1, NEWEST + 1))


def test_killed_between_batches_it_goes_on_where_it_was(
    db: Database[Row], old_payments: int
) -> None:
    seen: list[int] = []

    def die(about: str, done: int, _total: int) -> None:
        if "became credit" in about:
            seen.append(done)
            if len(seen) == 2:
                raise Killed

    with pytest.raises(Killed):
        upgrade(on_progress=die)
    assert lacking()[3] == old_payments - 20
    assert schema_version() == 2
    looked_at: list[str] = []
    assert upgrade(on_progress=lambda about, *_: looked_at.append(about)) == {3: 45, 4: 45}
    assert sum("became credit" in about for about in looked_at) == 3, "two batches were done before"
    assert set(lacking().values()) == {0}
    assert schema_version() == NEWEST
    assert upgrade() == {}


def test_what_an_old_portal_wrote_meanwhile_is_found_again(
    db: Database[Row], old_payments: int
) -> None:
    assert of_other_versions() == {"payments": (old_payments, 0)}
    upgrade()
    assert of_other_versions() == {}
    db.payments.insert_one({"_id": "pay_0000_late", "amount": 1})
    assert upgrade() == {}
    assert of_other_versions() == {"payments": (1, 0)}
    assert upgrade(again=True)[3] == 1
    assert of_other_versions() == {}


def test_all_are_of_the_version_then_also_those_that_lacked_nothing(db: Database[Row]) -> None:
    """As the release before the migration writes them: the field is there, the version is not."""
    whole = {"amount": 1, "credited_amount": 0, "refunded_amount": 0}
    db.payments.insert_many([{"_id": "pay_1", **whole}, {"_id": "pay_2", "schema_version": 9}])
    assert of_other_versions() == {"payments": (1, 1)}
    assert upgrade() == {1: 0, 2: 0, 3: 1, 4: 1}
    assert {row["_id"]: row["schema_version"] for row in db.payments.find()} == {
        "pay_1": VERSIONS["payments"],
        "pay_2": 9,
    }


def test_what_has_it_keeps_it(db: Database[Row]) -> None:
    payment = create_payment()
    db.payments.update_one({"_id": payment.id}, {"$set": {"credited_amount": 7}})
    viewer = create_user(role="admin")
    write_settings({"dunning": {"days": [], "automatic": False}})
    before: list[Any] = [list(db[name].find()) for name in ("payments", "users", "settings")]
    upgrade()
    assert [list(db[name].find()) for name in ("payments", "users", "settings")] == before
    assert viewer


def test_two_at_once_are_one_too_many(db: Database[Row]) -> None:
    with leased("upgrade"), pytest.raises(AlreadyUnderWay):
        upgrade()


def test_an_empty_database_needs_none_and_one_with_people_does(db: Database[Row]) -> None:
    create_user()
    stamp_if_fresh()
    assert len(outstanding()) == len(MIGRATIONS)
    db.users.delete_many({})
    stamp_if_fresh()
    assert outstanding() == []
    assert schema_version() == NEWEST


def test_a_database_of_a_newer_version_is_refused_unless_this_one_can_read_it(
    db: Database[Row],
) -> None:
    refuse_newer()
    db.migrations.insert_one({"_id": NEWEST + 1, "last": "x", "readers": NEWEST})
    refuse_newer()
    db.migrations.insert_one({"_id": NEWEST + 2, "last": "x", "readers": NEWEST + 1})
    with pytest.raises(NewerDatabase, match=f"schema version {NEWEST + 2}"):
        refuse_newer()
