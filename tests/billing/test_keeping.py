"""What is kept for an instant: never older than what somebody was told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from pymongo.errors import PyMongoError

from billing import keeping
from billing.database import Database, Row
from billing.keeping import Kept
from billing.transactions import in_transaction, rehearse


class Shelf:
    """One row, read through what an instance keeps."""

    def __init__(self, db: Database[Row]) -> None:
        self._rows = db.shelf
        self._rows.replace_one({"_id": "x"}, {"n": 1}, upsert=True)
        self.kept: Kept[str, int] = Kept()
        self.reads = 0

    def read(self) -> int:
        self.reads += 1
        return int((self._rows.find_one({"_id": "x"}) or {})["n"])

    def look(self, instance: Kept[str, int] | None = None) -> int:
        return (instance or self.kept).get("x", self.read)

    def write(self, n: int) -> None:
        self._rows.update_one({"_id": "x"}, {"$set": {"n": n}})
        self.kept.changed()


@pytest.fixture
def shelf(db: Database[Row]) -> Shelf:
    db.create_collection("shelf") if "shelf" not in db.list_collection_names() else None
    return Shelf(db)


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing ends by itself within a test."""
    monkeypatch.setattr(keeping, "LEASE_SECONDS", 3600)


@pytest.mark.usefixtures("long")
def test_what_was_read_a_moment_ago_is_not_read_again(shelf: Shelf) -> None:
    assert [shelf.look() for _ in range(5)] == [1] * 5
    assert shelf.reads == 1


def test_it_is_read_again_after_the_moment(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LEASE_SECONDS", 0)
    assert [shelf.look() for _ in range(3)] == [1] * 3
    assert shelf.reads == 3


@pytest.mark.usefixtures("long")
def test_a_write_is_seen_at_once_by_who_made_it(shelf: Shelf) -> None:
    shelf.look()
    shelf.write(2)
    assert shelf.look() == 2
    in_transaction(lambda: shelf.write(3))
    assert shelf.look() == 3


def test_a_write_is_seen_by_other_instances_once_it_is_done(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LEASE_SECONDS", 0.02)
    monkeypatch.setattr(keeping, "WAIT_SECONDS", 0.022)
    other: Kept[str, int] = Kept()
    for n in range(2, 12):
        shelf.look(other)
        in_transaction(lambda n=n: shelf.write(n))  # type: ignore[misc]
        assert shelf.look(other) == n


@pytest.mark.usefixtures("long")
def test_without_waiting_other_instances_would_still_show_what_was(shelf: Shelf) -> None:
    other: Kept[str, int] = Kept()
    shelf.look(other)
    shelf.write(2)
    assert shelf.look(other) == 1


@pytest.mark.usefixtures("long")
def test_a_transaction_sees_its_own_write_and_nobody_keeps_it(shelf: Shelf) -> None:
    shelf.look()

    def work() -> int:
        shelf.write(2)
        return shelf.look()

    assert rehearse(work) == 2
    assert shelf.look() == 1


@pytest.mark.usefixtures("long")
def test_what_is_rolled_back_changes_nothing_and_is_not_waited_for(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.look()
    monkeypatch.setattr(keeping, "_wait", lambda: pytest.fail("waited"))

    def work() -> None:
        shelf.write(2)
        raise PyMongoError("no")

    with pytest.raises(PyMongoError):
        in_transaction(work)
    assert (shelf.look(), shelf.reads) == (1, 1)


def test_a_transaction_waits_once_and_after_it_is_committed(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[int] = []
    monkeypatch.setattr(keeping, "_wait", lambda: waited.append(shelf.read()))
    in_transaction(lambda: in_transaction(lambda: [shelf.write(n) for n in (2, 3, 4)]))
    assert waited == [4]


@pytest.mark.usefixtures("long")
def test_a_snapshot_that_began_before_is_not_what_others_get(shelf: Shelf) -> None:
    with ThreadPoolExecutor(1) as pool:

        def work() -> int:
            before = shelf.read()
            pool.submit(shelf.write, 2).result()
            assert before == shelf.read() == 1  # the snapshot
            return shelf.look()

        assert in_transaction(work) == 2
    assert shelf.look() == 2


@pytest.mark.usefixtures("long")
def test_what_was_being_read_while_it_was_changed_is_not_kept(shelf: Shelf) -> None:
    has_read, may_go_on = Event(), Event()

    def read_slowly() -> int:
        found = shelf.read()
        has_read.set()
        may_go_on.wait(30)
        return found

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(shelf.kept.get, "x", read_slowly)
        has_read.wait(30)
        shelf.write(2)
        may_go_on.set()
        assert reading.result() == 1  # it asked before
    assert shelf.look() == 2


@pytest.mark.usefixtures("long")
def test_no_more_is_kept_than_was_said() -> None:
    kept: Kept[int, int] = Kept(most=10)
    assert [kept.get(n, lambda n=n: n) for n in range(25)] == list(range(25))  # type: ignore[misc]
    assert len(kept._found) <= 10


@pytest.mark.usefixtures("long")
def test_what_is_asked_for_over_and_over_is_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: Kept[str, int] = Kept()
    asked: list[list[str]] = []

    def together(keys: list[str]) -> dict[str, int]:
        asked.append(sorted(keys))
        return {key: 2 for key in keys if key != "gone"}

    for key in ("a", "b", "gone", "once"):
        assert kept.get(key, lambda: 1, together) == 1
    for key in ("a", "b", "gone"):
        assert kept.get(key, lambda: 1, together) == 1
    later = keeping._now() + keeping.LEASE_SECONDS * 0.9
    monkeypatch.setattr(keeping, "_now", lambda: later)
    assert [kept.get(key, lambda: 1, together) for key in ("a", "b")] == [2, 2]
    assert asked == [["a", "b", "gone"]]
    with pytest.raises(LookupError):
        kept.get("gone", {}.popitem, together)  # type: ignore[arg-type]


@pytest.mark.usefixtures("long")
def test_what_is_being_read_together_is_read_by_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: Kept[str, int] = Kept()
    for _ in range(2):
        assert [kept.get(key, lambda: 1) for key in ("a", "b")] == [1, 1]
    soon = keeping._now() + keeping.LEASE_SECONDS * 0.9
    monkeypatch.setattr(keeping, "_now", lambda: soon)

    def together(keys: list[str]) -> dict[str, int]:
        assert kept.get("b", lambda: 3, together) == 1  # another thread asks meanwhile
        return dict.fromkeys(keys, 2)

    assert kept.get("a", lambda: 3, together) == 2
    assert kept.get("b", lambda: 3, together) == 2
