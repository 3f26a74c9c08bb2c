"""What was wanted twice is kept for whoever asks next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from billing import clock
from billing.database import Database, Row
from billing.papers import shelf
from billing.papers.queries import get_invoice_paper
from billing.papers.shelf import Notes, kept, make_room
from tests.factories import create_invoice, create_payment


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was noted a moment ago."""
    monkeypatch.setattr(shelf, "_notes", Notes())


def never() -> bytes:
    raise AssertionError("it is on the shelf")


def keep(key: str, content: bytes) -> None:
    for _ in range(2):
        assert kept(key, lambda: content) == content


def test_the_third_reader_gets_the_same_bytes_without_setting(db: Database[Row]) -> None:
    invoice = create_invoice()
    first = get_invoice_paper(invoice.id)
    pdf = first.pdf()
    assert get_invoice_paper(invoice.id).pdf() == pdf
    assert kept(get_invoice_paper(invoice.id).key, never) == pdf
    create_payment(invoice=invoice)
    assert get_invoice_paper(invoice.id).key != first.key, "what it says has changed"


def test_a_paper_that_is_wanted_once_takes_no_room(db: Database[Row]) -> None:
    kept("mailed", lambda: b"x" * 100_000)
    (row,) = db.papers.find()
    assert row["bytes"] == 0
    assert "content" not in row


def test_in_a_flood_papers_are_noted_together(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in "abc":
        kept(key, lambda: b"%PDF-")
    assert db.papers.distinct("_id") == ["a"], "b and c wait for the next after a second"
    keep("c", b"%PDF-")
    assert kept("c", never) == b"%PDF-", "this process knows that it was wanted before"
    monkeypatch.setattr(shelf, "_NOTE_SECONDS", 0.0)
    kept("d", lambda: b"%PDF-")
    rows = {row["_id"]: row["bytes"] for row in db.papers.find()}
    assert rows == {"a": 0, "b": 0, "c": 5, "d": 0}


def test_in_a_flood_nobody_looks_on_the_shelf_and_afterwards_everybody(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep("there", b"%PDF-")
    for number in range(11):
        kept(f"mailed {number}", lambda: b"%PDF-")
    assert kept("there", lambda: b"again") == b"again"
    assert kept("there", lambda: b"again") == b"again"
    monkeypatch.setattr(shelf, "_NOTE_SECONDS", 0.0)
    assert kept("there", never) == b"again"


def test_readers_at_the_same_moment_all_get_it(db: Database[Row]) -> None:
    barrier = Barrier(4)

    def make() -> bytes:
        barrier.wait(30)  # all four have found nothing
        return b"%PDF-"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kept("one", make), range(4)))
    assert found == [b"%PDF-"] * 4
    assert db.papers.count_documents({}) == 1


def test_who_notes_late_that_a_paper_was_wanted_takes_nothing_away(db: Database[Row]) -> None:
    def overtaken() -> bytes:
        keep("one", b"%PDF-")
        return b"%PDF-"

    kept("one", overtaken)
    assert kept("one", never) == b"%PDF-"
    (row,) = db.papers.find()
    assert row["bytes"] == len(b"%PDF-")


def test_the_longest_unused_make_room(db: Database[Row]) -> None:
    for name in "abcd":
        keep(name, b"x" * 100_000)
    longer_ago = clock.wall_clock() - timedelta(days=9)
    db.papers.update_many({"_id": {"$in": ["b", "c"]}}, {"$set": {"used_at": longer_ago}})
    kept("c", never)
    assert make_room(350_000) == 1
    assert db.papers.distinct("_id") == ["a", "c", "d"]
    assert make_room(350_000) == 0


def test_a_giant_is_not_kept(db: Database[Row]) -> None:
    keep("giant", b"x" * 9 * 1024**2)
    (row,) = db.papers.find()
    assert "content" not in row


def test_what_nobody_asks_for_in_thirty_days_goes_by_itself(db: Database[Row]) -> None:
    (index,) = [i for i in db.papers.list_indexes() if i["name"] == "used"]
    assert index["expireAfterSeconds"] == 30 * 24 * 3600
