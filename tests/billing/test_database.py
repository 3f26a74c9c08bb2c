"""Transactions: all or nothing, retried when MongoDB asks for it; and the indexes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import mongoengine
import pymongo
import pytest
from mongoengine.errors import NotUniqueError, OperationError, ValidationError
from pymongo.errors import ExecutionTimeout

from billing import clock, database
from billing.customers.models import Customer
from billing.customers.queries import hold_live_customer
from billing.database import Database, Row
from billing.documents import CalendarDateField, PriceField
from billing.ids import new_id
from billing.indexes import drop_obsolete, ensure_indexes, indexes_built, obsolete
from billing.shapes import instant
from billing.transactions import in_transaction
from tests.factories import create_customer


def test_conflicting_writers_are_retried_until_each_has_written(db: Database[Row]) -> None:
    db.counters.insert_one({"_id": "c", "last": 0})
    attempts: list[int] = []

    def raise_by_one(n: int) -> None:
        def work() -> None:
            attempts.append(n)
            last = db.counters.find_one({"_id": "c"})["last"]  # type: ignore[index]
            db.counters.update_one({"_id": "c"}, {"$set": {"last": last + 1}})

        in_transaction(work)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(raise_by_one, range(24)))
    assert db.counters.find_one({"_id": "c"}) == {"_id": "c", "last": 24}
    assert len(attempts) >= 24


def test_conflicts_that_the_document_library_wraps_are_retried_too(db: Database[Row]) -> None:
    customer = create_customer()
    Customer.objects(id=customer.id).update(set__credit_balances={"USD": 0})

    def raise_by_one(_: int) -> None:
        def work() -> None:
            found = Customer.objects.get(id=customer.id)
            found.credit_balances["USD"] += 1
            found.save()

        in_transaction(work)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(raise_by_one, range(24)))
    assert Customer.objects.get(id=customer.id).credit_balances == {"USD": 24}


def test_a_transaction_within_one_is_part_of_it(db: Database[Row]) -> None:
    class Undone(Exception):
        pass

    def outer() -> None:
        in_transaction(lambda: db.counters.insert_one({"_id": "inner"}))
        raise Undone

    with pytest.raises(Undone):
        in_transaction(outer)
    assert db.counters.count_documents({}) == 0


def test_an_error_that_no_retry_heals_is_told(db: Database[Row]) -> None:
    customer = create_customer()

    def double() -> None:
        Customer(id=customer.id, name="x", email="x", created_at=clock.now(),
                 updated_at=clock.now()).save(force_insert=True)  # fmt: skip

    with pytest.raises(NotUniqueError):
        in_transaction(double)


def test_what_the_document_library_wraps_is_still_known_by_its_cause(db: Database[Row]) -> None:
    customer = create_customer()

    def come_too_late() -> None:
        time.sleep(0.05)
        hold_live_customer(customer.id)

    with pymongo.timeout(0.04), pytest.raises(OperationError) as told:
        in_transaction(come_too_late)
    assert isinstance(told.value.__cause__ or told.value.__context__, ExecutionTimeout)


def test_every_declared_index_is_built_and_missed(db: Database[Row]) -> None:
    ensure_indexes()
    assert indexes_built()
    db.customers.drop_index("name")
    assert not indexes_built()
    ensure_indexes()
    assert indexes_built()


def test_an_index_that_nobody_asks_for_any_more_goes_when_told(db: Database[Row]) -> None:
    ensure_indexes()
    db.subscriptions.create_index("plan_id", name="plan")
    ensure_indexes()  # an old portal may still want it
    assert obsolete() == [("subscriptions", "plan")]
    drop_obsolete()
    assert obsolete() == []
    assert indexes_built()


def test_the_address_of_the_database_is_known_to_who_starts_processes(
    db: Database[Row], mongodb_uri: str
) -> None:
    assert database.uri() == mongodb_uri


def test_ids_sort_by_creation() -> None:
    ids = [new_id("cus") for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert {len(i) for i in ids} == {30}


def test_time_stands_still_where_it_is_frozen() -> None:
    noon = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
    with clock.frozen(noon):
        assert clock.now() == noon.replace(microsecond=123000)
        assert clock.today("Pacific/Kiritimati") == date(2026, 11, 24)
        assert clock.today("Pacific/Pago_Pago") == date(2026, 11, 23)
    assert clock.now() > noon.replace(year=2025)
    assert clock.now().tzinfo is UTC


def test_instants_are_told_in_whole_milliseconds() -> None:
    assert instant(datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)) == "2026-01-02T03:04:05.678Z"
    assert instant(None) is None


class _Shelf(mongoengine.Document):
    day = CalendarDateField()
    price = PriceField()
    meta = {"collection": "shelves", "auto_create_index": False}


def test_a_calendar_date_is_kept_as_its_text_and_found_by_it(db: Database[Row]) -> None:
    _Shelf(day=date(2026, 1, 31), price="0.5").save()
    row = db.shelves.find_one({})
    assert row
    assert (row["day"], row["price"]) == ("2026-01-31", "0.5")
    found = _Shelf.objects(day__lt=date(2026, 2, 1)).first()
    assert found.day == date(2026, 1, 31)
    for values in (
        {"day": "31.1.2026"},
        {"day": 5},
        {"price": 0.5},
        {"price": "NaN"},
        {"price": True},
    ):
        with pytest.raises((ValidationError, ValueError)):
            _Shelf(**values).save()


def test_portals_that_start_at_once_on_an_empty_database_build_it_together(
    mongodb_uri: str, connected_database: None
) -> None:
    database.disconnect()
    database.connect(mongodb_uri.replace("/test_", "/empty_"))
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: ensure_indexes(), range(2)))
        assert indexes_built()
        database.database().client.drop_database(database.database().name)
    finally:
        database.disconnect()
        database.connect(mongodb_uri)
