"""The sequence of events: gap-free, in the order of each object's changes, never filled up."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from pymongo import ReturnDocument

from billing.database import Database, Row
from billing.events import sequence
from billing.events.adopt_old import adopt_old_events
from billing.events.models import COLLECTION, UNSEQUENCED, event_row
from billing.events.queries import list_events, pull_events
from billing.events.sequence import Also, sequence_batch, waiting_events
from billing.runs.run_billing import run_billing
from billing.transactions import in_transaction
from tests.factories import create_customer, create_invoice, create_subscription


def nothing(_: list[Row]) -> None:
    """What is written beside the numbers: nothing."""


def sequence_waiting(also: Also) -> int:
    """Number all that waits; how many it were."""
    total = 0
    while numbered := sequence_batch(also):
        total += numbered
    return total


def numbered(db: Database[Row]) -> list[Row]:
    """All events that have a number, in its order; it has no gaps."""
    rows = list(db[COLLECTION].find({"seq": {"$exists": True}}).sort("seq", 1))
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    return rows


def test_every_way_of_writing_events_puts_them_in_line(db: Database[Row]) -> None:
    create_subscription(start_date="2026-01-01")
    create_invoice()
    run_billing()
    assert db[COLLECTION].count_documents({"unsequenced": {"$gt": UNSEQUENCED}}) == (
        db[COLLECTION].count_documents({"_id": {"$gt": ""}})
    )


def test_numbers_follow_the_order_in_which_events_were_written(db: Database[Row]) -> None:
    for _ in range(3):
        create_invoice()
    in_transaction(
        lambda: db[COLLECTION].insert_many(
            [event_row("plan.updated", f"plan_{n}") for n in range(50)], ordered=False
        )
    )
    written = [row["_id"] for row in db[COLLECTION].find().sort("_id", 1)]
    assert waiting_events(100) == len(written) == 59
    assert sequence_waiting(nothing) == 59
    assert [row["_id"] for row in numbered(db)] == written
    assert waiting_events() == 0
    assert sequence_waiting(nothing) == 0


def test_what_is_not_committed_gets_no_number(db: Database[Row]) -> None:
    class Undone(Exception):
        pass

    def write() -> None:
        create_customer()
        raise Undone

    with pytest.raises(Undone):
        in_transaction(write)
    create_customer(name="Committed")
    sequence_waiting(nothing)
    (event,) = numbered(db)
    assert event["changes"]["name"] == [None, "Committed"]


def test_what_is_written_beside_counts_only_with_the_numbers(db: Database[Row]) -> None:
    create_customer()

    def fail(rows: list[Row]) -> None:
        assert [row["seq"] for row in rows] == [1]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        sequence_batch(fail)
    assert numbered(db) == []
    told: list[Row] = []
    sequence_batch(told.extend)
    (event,) = numbered(db)
    assert told == [{name: event[name] for name in ("_id", "type", "object_id", "seq")}]


def test_events_of_before_the_sequence_come_first_and_once(db: Database[Row]) -> None:
    for _ in range(3):
        create_customer()
    db[COLLECTION].update_many({}, {"$unset": {"unsequenced": 1}})
    old = [row["_id"] for row in db[COLLECTION].find().sort("_id", 1)]
    create_customer()
    assert adopt_old_events() == 3
    assert adopt_old_events() == 0
    sequence_waiting(nothing)
    assert [row["_id"] for row in numbered(db)][:3] == old
    assert len(numbered(db)) == 4


def test_a_batch_is_never_larger_than_it_may_be(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequence, "BATCH", 4)
    db[COLLECTION].insert_many([event_row("plan.updated", "plan_1") for _ in range(10)])
    assert sequence_batch(nothing) == 4
    assert sequence_batch(nothing, 3) == 3
    assert sequence_waiting(nothing) == 3
    assert len(numbered(db)) == 10


class Writers:
    """Writers of a few objects who step on each other's feet."""

    def __init__(self, db: Database[Row]) -> None:
        self.db = db
        self.objects = [f"obj_{n}" for n in range(3)]
        db.counters.insert_many([{"_id": name, "n": 0} for name in self.objects])

    def write(self, seed: int) -> None:
        """Raise the `n` of some object; the event is made first and knows nothing of its turn."""
        dice = random.Random(seed)
        event = event_row("plan.updated", dice.choice(self.objects))
        naps = dice.random() / 100, dice.random() / 100

        def work() -> None:
            events, objects = self.db[COLLECTION], self.db.counters
            events.insert_one(event)
            time.sleep(naps[0])
            raised = {"$inc": {"n": 1}}
            after: Any = objects.find_one_and_update(
                {"_id": event["object_id"]}, raised, return_document=ReturnDocument.AFTER
            )
            events.update_one({"_id": event["_id"]}, {"$set": {"n": after["n"]}})
            time.sleep(naps[1])

        in_transaction(work)


def watch(db: Database[Row], done: Event) -> int:
    """Pull while numbers are given; how often something was seen."""
    after = looks = 0
    while not done.is_set():
        seen = [row["seq"] for row in pull_events(after, limit=50).items]
        assert seen == list(range(after + 1, after + 1 + len(seen))), "no gap, also for a moment"
        after, looks = after + len(seen), looks + bool(seen)
    return looks


def give_numbers(done: Event) -> int:
    given = 0
    while not done.is_set():
        given += sequence_batch(nothing, 7)
    return given


def test_writers_sequencers_and_pullers_at_once_see_one_order(db: Database[Row]) -> None:
    writers, done = Writers(db), Event()
    with ThreadPoolExecutor(9) as pool:
        sequencers = [pool.submit(give_numbers, done) for _ in range(2)]
        puller = pool.submit(watch, db, done)
        try:
            list(pool.map(writers.write, range(150)))
        finally:
            done.set()
    rest = sequence_waiting(nothing)
    rows = numbered(db)
    assert len(rows) == 150 == sum(each.result() for each in sequencers) + rest
    assert puller.result() > 3
    by_id = sorted(rows, key=lambda row: row["_id"])
    for name in writers.objects:
        of_one = [row["n"] for row in rows if row["object_id"] == name]
        assert of_one == sorted(of_one)
    turns = [row["n"] for row in by_id if row["object_id"] == writers.objects[0]]
    assert turns != sorted(turns), "the order of making them would have been wrong"


def test_a_pull_goes_on_where_the_last_one_ended(db: Database[Row]) -> None:
    for _ in range(5):
        create_customer()
    sequence_waiting(nothing)
    first = pull_events(0, limit=2)
    assert [row["seq"] for row in first.items] == [1, 2]
    assert (first.has_more, first.next_cursor, first.total) == (True, None, 5)
    rest = pull_events(2, limit=100)
    assert [row["seq"] for row in rest.items] == [3, 4, 5]
    assert (rest.has_more, rest.total) == (False, 3)
    assert pull_events(5).items == []
    create_customer()
    assert pull_events(5).has_more, "one waits for its number"


def test_a_pull_filters_by_type_object_and_customer(db: Database[Row]) -> None:
    invoice = create_invoice()
    create_customer()
    sequence_waiting(nothing)
    customer_id = invoice.customer_id
    wanted: list[tuple[dict[str, str], list[str]]] = [
        ({"type": "customer.created"}, ["customer.created"] * 2),
        ({"object_id": invoice.id}, ["invoice.created", "invoice.finalized"]),
        (
            {"customer_id": customer_id},
            ["customer.created", "invoice.created", "invoice.finalized"],
        ),
        ({"customer_id": customer_id, "type": "invoice.finalized"}, ["invoice.finalized"]),
    ]
    for where, types in wanted:
        assert [row["type"] for row in pull_events(0, **where).items] == types
        newest_first = [row["type"] for row in list_events(**where).items]
        assert newest_first == types[::-1]
