"""Inserts that go out together: all or nothing, in order, as if each had been sent alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from bson import Timestamp
from pymongo.errors import AutoReconnect, DocumentTooLarge, DuplicateKeyError
from pymongo.synchronous.pool import Connection

from billing.customers.models import Customer
from billing.database import Database, Row, database
from billing.last_inserts import insert_last, insert_now, inserting_last
from billing.pipeline import Insert
from billing.transactions import in_transaction
from tests.factories import create_customer

ONE, TWO = "pipeline_one", "pipeline_two"


@pytest.fixture(autouse=True)
def shelves(db: Database[Row]) -> None:
    for name in {ONE, TWO} - set(db.list_collection_names()):
        db.create_collection(name)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each message of a transaction, as it goes out."""
    sizes: list[int] = []
    send = Connection.send_message

    def count(self: Connection, message: bytes, max_doc_size: int) -> None:
        if b"autocommit" in message:
            sizes.append(len(message))
        send(self, message, max_doc_size)

    monkeypatch.setattr(Connection, "send_message", count)
    return sizes


def _three(*ids: str) -> list[Insert]:
    a, b, c = ids
    return [Insert(ONE, {"_id": a}), Insert(TWO, {"_id": b}), Insert(ONE, {"_id": c})]


def _ids(db: Database[Row], name: str) -> list[str]:
    return [row["_id"] for row in db[name].find().sort("_id")]


def test_all_are_stored_and_take_one_round_trip(db: Database[Row], sent: list[int]) -> None:
    in_transaction(lambda: insert_now(*_three("a", "b", "c")))
    assert len(sent) == 2  # the second is the commit
    assert (_ids(db, ONE), _ids(db, TWO)) == (["a", "c"], ["b"])


def test_they_are_stored_in_order(db: Database[Row]) -> None:
    rows = [Insert(ONE, {"_id": str(n), "at": Timestamp(0, 0)}) for n in range(9)]
    in_transaction(lambda: insert_now(*rows))
    assert [row["_id"] for row in db[ONE].find().sort("at")] == [str(n) for n in range(9)]


@pytest.mark.parametrize("ids", [("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x")])
def test_whichever_is_refused_nothing_is_stored(db: Database[Row], ids: tuple[str, ...]) -> None:
    for name in (ONE, TWO):
        db[name].insert_one({"_id": "x"})

    def work() -> None:
        db[TWO].insert_one({"_id": "before"})
        insert_now(*_three(*ids))

    with pytest.raises(DuplicateKeyError):
        in_transaction(work)
    assert (_ids(db, ONE), _ids(db, TWO)) == (["x"], ["x"])


def test_a_taken_key_is_refused_in_the_words_of_its_insert(db: Database[Row]) -> None:
    db[TWO].insert_one({"_id": "x"})
    inserts = [
        Insert(ONE, {"_id": "a"}, lambda _: LookupError("the first")),
        Insert(TWO, {"_id": "x"}, lambda _: LookupError("the second")),
    ]
    with pytest.raises(LookupError, match="the second"):
        in_transaction(lambda: insert_now(*inserts))


def test_what_is_too_large_is_refused_and_nothing_is_stored(db: Database[Row]) -> None:
    with pytest.raises(DocumentTooLarge):
        in_transaction(
            lambda: insert_now(
                Insert(ONE, {"_id": "a"}), Insert(TWO, {"_id": "b", "t": "x" * 17_000_000})
            )
        )
    assert (_ids(db, ONE), _ids(db, TWO)) == ([], [])


def test_after_a_lost_connection_all_are_stored_once(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, answers = Connection.receive_message, list[int]()

    def lose_the_second(self: Connection, request_id: int | None) -> Any:
        if not self.is_sdam:
            answers.append(1)
            if len(answers) == 2:
                self.close_conn(None)
                raise AutoReconnect("gone")
        return receive(self, request_id)

    monkeypatch.setattr(Connection, "receive_message", lose_the_second)
    in_transaction(lambda: insert_now(*_three("a", "b", "c")))
    assert len(answers) > 4
    assert (_ids(db, ONE), _ids(db, TWO)) == (["a", "c"], ["b"])


def test_who_meets_another_s_unfinished_write_tries_again(db: Database[Row]) -> None:
    is_written, tries = Event(), list[int]()

    def first() -> None:
        db[TWO].insert_one({"_id": "b"})
        is_written.set()
        while not tries:
            is_written.wait(0.01)

    def second() -> None:
        is_written.wait(30)
        tries.append(1)
        insert_now(*_three("a", "b", "c"))

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(in_transaction, first)
        with pytest.raises(DuplicateKeyError):
            in_transaction(second)
        done.result()
    assert (_ids(db, ONE), _ids(db, TWO)) == ([], ["b"])


@pytest.mark.usefixtures("db")
def test_what_waits_is_stored_before_anything_is_asked() -> None:
    def work() -> None:
        with inserting_last():
            insert_last(Insert(ONE, {"_id": "a"}))
            assert database()[ONE].find_one() == {"_id": "a"}
            insert_last(Insert("customers", {**create_customer().row(), "_id": "cus_1"}))
            assert Customer.objects(id="cus_1").count() == 1
            insert_last(Insert(TWO, {"_id": "b"}))

    in_transaction(work)
    assert _ids(database(), TWO) == ["b"]


def test_what_waits_is_stored_in_one_round_trip(db: Database[Row], sent: list[int]) -> None:
    def work() -> None:
        with inserting_last():
            for insert in _three("a", "b", "c"):
                insert_last(insert)
            assert not sent

    in_transaction(work)
    assert len(sent) == 2
    assert (_ids(db, ONE), _ids(db, TWO)) == (["a", "c"], ["b"])


def test_what_waits_is_forgotten_with_its_transaction(db: Database[Row]) -> None:
    def work() -> None:
        with inserting_last():
            insert_last(Insert(ONE, {"_id": "a"}))
            raise LookupError

    with pytest.raises(LookupError):
        in_transaction(work)
    assert _ids(db, ONE) == []


@pytest.mark.usefixtures("db")
def test_a_database_gives_the_same_collection_each_time() -> None:
    assert database()[ONE] is database()[ONE] is database().pipeline_one
