"""Pages: every row once, whatever the sort, whatever is written meanwhile."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from billing import pages
from billing.actors import Actor, acting_as
from billing.cursors import encode
from billing.customers.queries import list_customers
from billing.database import Database, Row
from billing.errors import Invalid
from billing.pages import PageRequest, paginate
from billing.selections import selection_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SORTS = {"created_at": "_id", "name": "name", "date": "date"}


@pytest.fixture
def shelf(db: Database[Row], monkeypatch: pytest.MonkeyPatch) -> Database[Row]:
    """37 rows with many equal names, and dates of which a third are absent or null."""
    monkeypatch.setattr(pages, "_capped_until", {})
    for n in range(37):
        row: Row = {"_id": f"row_{n:03d}", "name": "abc"[n % 3]}
        if n % 3 == 0:
            row["date"] = None
        elif n % 3 == 1:
            row["date"] = f"2026-01-{n % 7 + 1:02d}"
        db.shelf.insert_one(row)
    return db


def walk(sort: str | None, limit: int, where: Row | None = None, **options: Any) -> list[Row]:
    """All rows, page by page."""
    rows: list[Row] = []
    cursor = None
    while True:
        page = paginate(
            "shelf", where or {}, PageRequest(limit, cursor, sort), sorts=SORTS, **options
        )
        rows += page.items
        assert page.has_more == (page.next_cursor is not None)
        if not page.has_more:
            return rows
        assert len(page.items) == limit
        cursor = page.next_cursor


def order(row: Row, field: str) -> tuple[bool, str, str]:
    """How the database sorts: absent values first."""
    value = row.get(field)
    return (value is not None, value or "", row["_id"])


@pytest.mark.parametrize("limit", [1, 2, 5, 36, 37, 38, 100])
@pytest.mark.parametrize("name", list(SORTS))
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_row_comes_once_and_in_order(
    shelf: Database[Row], name: str, sign: str, limit: int
) -> None:
    expected = sorted(shelf.shelf.find(), key=lambda row: order(row, SORTS[name]))
    if sign:
        expected.reverse()
    assert walk(sign + name, limit) == expected


@pytest.mark.parametrize("sort", [s + n for n in SORTS for s in ("", "-")])
def test_a_filter_holds_on_every_page(shelf: Database[Row], sort: str) -> None:
    rows = walk(sort, 3, {"name": "b"})
    assert len({row["_id"] for row in rows}) == len(rows) == 12
    assert {row["name"] for row in rows} == {"b"}


@pytest.mark.parametrize("sort", [s + n for n in SORTS for s in ("", "-")])
def test_rows_written_meanwhile_neither_double_nor_hide_a_row(
    shelf: Database[Row], sort: str
) -> None:
    before = {row["_id"] for row in shelf.shelf.find()}
    seen: list[str] = []
    cursor, n = None, 0
    while True:
        page = paginate("shelf", {}, PageRequest(4, cursor, sort), sorts=SORTS)
        seen += [row["_id"] for row in page.items]
        for place in ("000", "018", "999"):
            row: Row = {"_id": f"row_{place}x{n}", "name": "abc"[n % 3]}
            shelf.shelf.insert_one(row if n % 2 else {**row, "date": "2026-01-03"})
        n += 1
        if page.next_cursor is None or n == 60:
            break
        cursor = page.next_cursor
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_the_newest_come_first_unless_sorted(shelf: Database[Row]) -> None:
    assert walk(None, 10) == list(shelf.shelf.find().sort("_id", -1))


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_a_page_has_1_to_100_rows(shelf: Database[Row], limit: int) -> None:
    with pytest.raises(Invalid) as refusal:
        paginate("shelf", {}, PageRequest(limit), sorts=SORTS)
    assert refusal.value.field == "limit"


@pytest.mark.parametrize("sort", ["secret", "--name", "name,date", "$where", " name"])
def test_only_declared_sorts_are_taken(shelf: Database[Row], sort: str) -> None:
    with pytest.raises(Invalid) as refusal:
        paginate("shelf", {}, PageRequest(sort=sort), sorts=SORTS)
    assert refusal.value.field == "sort"
    assert "created_at, name, date" in refusal.value.message


def forged(*content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "é",
        "a" * 3000,
        forged(),
        forged("name", "a"),
        forged("-name", "a", "row_001"),
        forged("name", {"$ne": None}, "row_001"),
        forged("name", "a", {"$gt": ""}),
        forged("name", ["a"], "row_001"),
        forged("name", "a", None),
        forged("name", 10**400, "row_001"),
        forged("name", 1.5, "row_001"),
        forged("name", True, "row_001"),
        forged("name", "\ud800", "row_001"),
        forged("name", "a", "\udfff"),
        base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    ],
)
def test_a_cursor_of_ones_own_making_is_refused(shelf: Database[Row], cursor: str) -> None:
    with pytest.raises(Invalid) as refusal:
        paginate("shelf", {}, PageRequest(2, cursor, "name"), sorts=SORTS)
    assert refusal.value.field == "cursor"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "2026-01-01T00:00:00", "soon", None])
def test_a_cursor_of_an_instant_of_ones_own_making_is_refused(
    shelf: Database[Row], at: str | None
) -> None:
    bounds = PageRequest(created_from=NOW, cursor=encode("-created_at", at, "row_001"))
    with pytest.raises(Invalid) as refusal:
        paginate("shelf", {}, bounds, sorts=SORTS)
    assert refusal.value.field == "cursor"


@pytest.mark.parametrize("version", [2**63, -(10**30), "1", None, 1.5])
def test_a_cursor_of_a_number_of_ones_own_making_is_refused(
    shelf: Database[Row], version: object
) -> None:
    request = PageRequest(sort="version", cursor=encode("version", version, "row_001"))
    with pytest.raises(Invalid) as refusal:
        paginate("shelf", {}, request, sorts={"version": "version"})
    assert refusal.value.field == "cursor"


def test_a_cursor_goes_with_its_sort(shelf: Database[Row]) -> None:
    cursor = paginate("shelf", {}, PageRequest(2, None, "name"), sorts=SORTS).next_cursor
    with pytest.raises(Invalid):
        paginate("shelf", {}, PageRequest(2, cursor, "date"), sorts=SORTS)


def test_the_total_counts_all_that_match(shelf: Database[Row]) -> None:
    first = paginate("shelf", {"name": "a"}, PageRequest(5), sorts=SORTS)
    assert (first.total, first.total_capped) == (13, False)
    last = paginate("shelf", {"name": "a"}, PageRequest(5, first.next_cursor), sorts=SORTS)
    assert last.total == 13
    whole = paginate("shelf", {"name": "a"}, PageRequest(50), sorts=SORTS)
    assert whole.total == len(whole.items) == 13


def test_counting_stops_at_the_cap(shelf: Database[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_COUNT", 10)
    page = paginate("shelf", {}, PageRequest(5), sorts=SORTS)
    assert (page.total, page.total_capped) == (10, True)
    exact = paginate("shelf", {"name": "c", "date": None}, PageRequest(5), sorts=SORTS)
    assert exact.total == 10
    assert exact.total_capped
    few = paginate("shelf", {"_id": {"$lt": "row_007"}}, PageRequest(5), sorts=SORTS)
    assert (few.total, few.total_capped) == (7, False)


def test_a_capped_count_is_not_counted_again_and_again(
    shelf: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MAX_COUNT", 10)
    assert paginate("shelf", {}, PageRequest(5), sorts=SORTS).total_capped
    shelf.shelf.delete_many({"name": {"$in": ["a", "b"]}})
    assert paginate("shelf", {}, PageRequest(5), sorts=SORTS).total_capped


def test_the_memory_of_capped_counts_is_bounded(
    shelf: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MAX_COUNT", 1)
    monkeypatch.setattr(pages, "_capped_until", dict.fromkeys(map(str, range(1001)), 0.0))
    paginate("shelf", {}, PageRequest(5), sorts=SORTS)
    assert len(pages._capped_until) == 1


def test_a_customers_page_holds_nobody_else(shelf: Database[Row]) -> None:
    stranger = Actor(type="user", role="customer", customer_id="cus_1")
    shelf.customers.insert_many([{"_id": f"cus_{n}", "name": "A"} for n in range(3)])
    with acting_as(stranger):
        assert [row["_id"] for row in list_customers().items] == ["cus_1"]
        assert list_customers(q="cus_2").items == []


def test_a_large_count_is_remembered_for_seconds_and_no_longer(
    shelf: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_LARGE", 10)
    monkeypatch.setattr(pages, "_large", dict.fromkeys(map(str, range(1001)), (0.0, 0)))
    assert paginate("shelf", {}, PageRequest(5), sorts=SORTS).total == 37
    assert len(pages._large) == 1
    shelf.shelf.delete_many({"name": "a"})
    assert paginate("shelf", {}, PageRequest(5), sorts=SORTS).total == 37
    assert paginate("shelf", {"name": "b"}, PageRequest(5), sorts=SORTS).total == 12
    monkeypatch.setattr(pages, "monotonic", lambda: float("inf"))
    assert paginate("shelf", {}, PageRequest(5), sorts=SORTS).total == 24


@pytest.mark.parametrize("name", list(SORTS))
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_selection_has_the_rows_of_all_pages_in_the_same_order(
    shelf: Database[Row], name: str, sign: str
) -> None:
    def query(sort: str, **where: Any) -> object:
        return paginate("shelf", where, PageRequest(sort=sort), sorts=SORTS)

    found = selection_of(query, sort=f"{sign}{name}", name="b")
    batches = list(found.batches(size=5))
    rows = [row for batch in batches for row in batch]
    assert rows == walk(f"{sign}{name}", 5, {"name": "b"})
    assert [len(batch) for batch in batches] == [5, 5, 2]
    assert found.ids(3) == [row["_id"] for row in rows[:3]]
    assert next(iter(found.batches({"date": 1})))[0].keys() <= {"_id", "date"}


def test_a_selection_leaves_the_next_query_alone(shelf: Database[Row]) -> None:
    with pytest.raises(Invalid):
        selection_of(lambda **_: paginate("shelf", {}, PageRequest(sort="x"), sorts=SORTS))
    assert len(paginate("shelf", {}, PageRequest(), sorts=SORTS).items) == 20
