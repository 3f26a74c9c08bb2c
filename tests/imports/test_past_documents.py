"""Reading past invoices: what belongs together, what is odd, what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from billing.errors import Invalid
from billing.imports import read_documents as reading
from billing.imports.errors import FileUnreadable, MappingInvalid
from billing.imports.load_mapping import built_in_mappings, load_invoices_mapping, load_mapping
from tests.imports.past_files import GOOD, MAPPING, documents, past_mapping, write_past


def kinds(folder: Path, *lines: str) -> list[str]:
    return [odd.kind for document in documents(folder, *lines) for odd in document.odd]


def test_rows_of_one_number_are_one_document(tmp_path: Path) -> None:
    second = "1001,2020-02-29 23:30:00,7.0,Big mug,M2,2,0.335"
    other = "1002,2020-03-01 08:00:00,8.0,Mug,M1,1,2.55"
    first, last = documents(tmp_path, GOOD, other, second)
    assert (first.number, first.customer_key, first.rows) == ("1001", "7", 2)
    assert first.moment == datetime(2020, 2, 29, 23, 30, tzinfo=UTC)
    assert [line.description for line in first.lines] == ["Mug (M1)", "Big mug (M2)"]
    assert [line.amount for line in first.lines] == [765, 67]
    assert first.lines[1].unit_amount == "33.5"
    assert first.total == 832
    assert first.customer is not None
    assert first.customer.email == "7@past.example"
    assert (last.number, last.odd, last.problems) == ("1002", [], [])


def test_a_line_is_rounded_once_half_away_from_zero(tmp_path: Path) -> None:
    (document,) = documents(
        tmp_path,
        GOOD.replace(",3,2.55", ",3,0.005"),
        GOOD.replace(",3,2.55", ",-3,0.005"),
        GOOD.replace(",3,2.55", ",0.5,0.05"),
    )
    assert [line.amount for line in document.lines] == [2, -2, 3]
    assert "rounded half away from zero to 3" in document.lines[2].calculation


def test_as_many_digits_as_a_file_may_have_are_multiplied_exactly(tmp_path: Path) -> None:
    many = GOOD.replace(",3,2.55", ",18580259259.222222333333,0.000001000003")
    (document,) = documents(tmp_path, many)
    assert document.lines[0].amount == 1_858_031
    assert "= 1858031.4999999999999999999999, rounded" in document.lines[0].calculation


def test_moments_are_of_the_mappings_zone(tmp_path: Path) -> None:
    (document,) = documents(tmp_path, GOOD.replace("02-29 23:30", "07-01 00:10"))
    assert document.moment == datetime(2020, 6, 30, 23, 10, tzinfo=UTC)


def test_cancellations_are_credit_notes(tmp_path: Path) -> None:
    (document,) = documents(tmp_path, GOOD.replace("1001", "C1001").replace(",3,", ",-3,"))
    assert document.is_credit_note
    assert document.total == -765
    assert document.odd == []


def test_what_is_odd_is_told_and_kept(tmp_path: Path) -> None:
    assert kinds(tmp_path, GOOD.replace(",7.0,", ",,")) == ["walk_in"]
    assert kinds(tmp_path, GOOD.replace("2.55", "0")) == ["free"]
    assert kinds(tmp_path, GOOD.replace("Mug", "")) == ["undescribed"]
    assert kinds(tmp_path, GOOD, GOOD.replace(",3,", ",-1,")) == ["deduction"]
    assert kinds(tmp_path, GOOD.replace("2.55", "-9")) == ["deduction", "adjustment"]
    later = GOOD.replace("23:30", "23:31")
    assert kinds(tmp_path, GOOD, later, later) == ["moments"]
    free_return = GOOD.replace("1001", "C9").replace(",3,2.55", ",-1,0")
    assert kinds(tmp_path, free_return) == ["free"]


def test_stock_movements_are_left_out(tmp_path: Path) -> None:
    moved = GOOD.replace(",3,2.55", ",-40,0")
    (document,) = documents(tmp_path, GOOD, moved)
    assert ([odd.kind for odd in document.odd], document.total) == (["stock"], 765)
    assert kinds(tmp_path, moved) == ["stock", "empty"]


BAD = {
    "a price": (GOOD.replace("2.55", "dear"), "price", "must be a number"),
    "a quantity": (GOOD.replace(",3,", ",,"), "count", "must be a number"),
    "a moment": (GOOD.replace("2020-02-29", "29.2.20"), "when", "in the form %Y"),
    "a moment too early": (GOOD.replace("2020", "1969").replace("29 23", "28 23"), "when", "1971"),
    "no moment": (GOOD.replace("2020-02-29 23:30:00", ""), "when", "is required"),
    "no number": (GOOD.replace("1001", ""), "no", "is required"),
    "a long number": (GOOD.replace("1001", "1" * 65), "no", "no number of an invoice"),
    "too much": (GOOD.replace(",3,", ",9999999999,"), "price", "larger than an invoice"),
    "too much of parts": (GOOD.replace(",3,", ",9999999999.5,"), "price", "larger than an invoice"),
    "a customer": (GOOD.replace("7.0", "x y"), "who", "email"),
    "a stray separator": (f"{GOOD},more", "", "has 8 cells"),
    "a positive cancellation": (GOOD.replace("1001", "C1"), "no", "more than zero"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_what_is_wrong_is_told_with_its_line_and_column(tmp_path: Path, name: str) -> None:
    line, column, message = BAD[name]
    good, bad = documents(tmp_path, GOOD.replace("1001", "1000"), line)
    assert good.problems == []
    (problem,) = bad.problems
    assert problem.line == 3
    assert column in problem.column
    assert message in problem.message


def test_one_number_has_one_customer(tmp_path: Path) -> None:
    (document,) = documents(tmp_path, GOOD, GOOD.replace("7.0", "8.0"))
    assert [problem.line for problem in document.problems] == [3]


def test_rows_too_far_apart_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WINDOW", 2)
    others = [GOOD.replace("1001", str(n)) for n in range(2000, 2004)]
    found = documents(tmp_path, GOOD, *others, GOOD)
    assert [d.number for d in found] == ["1001", "2000", "2001", "2002", "2003", "1001"]
    assert "is in line 2 already" in found[-1].problems[0].message
    assert not any(document.problems for document in found[:-1])


def test_without_a_walk_in_customer_a_row_must_name_one(tmp_path: Path) -> None:
    mapping = MAPPING[: MAPPING.index("[walk_in]")]
    (document,) = documents(tmp_path, GOOD.replace(",7.0,", ",,"), mapping=mapping)
    assert document.problems[0].message == "names no customer"


def test_packed_files_are_read_in_place(tmp_path: Path) -> None:
    path = write_past(tmp_path, GOOD, name="past.csv.gz")
    (document,) = reading.read_documents(path, past_mapping(tmp_path))
    assert (document.total, document.position) == (765, path.stat().st_size)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FileUnreadable, match="cut off"):
        list(reading.read_documents(path, past_mapping(tmp_path)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "invoices"', "", "kind"),
        ("quantity", "amount", "line has no field amount"),
        ('number = { column = "no" }', "", "invoice needs number"),
        ('email = { template = "{who}@past.example" }', "", "customer needs email"),
        ('external_id = "walk-in"', "", "walk_in needs an external_id"),
        ('"Europe/London"', '"Moon"', "timezone"),
    ],
)
def test_a_wrong_mapping_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(MappingInvalid, match=said):
        past_mapping(tmp_path, MAPPING.replace(old, new))


def test_the_built_in_mapping_is_one_of_invoices() -> None:
    assert "online-retail" in built_in_mappings()
    assert load_invoices_mapping("online-retail").timezone == "Europe/London"
    with pytest.raises(Invalid, match="kind"):
        load_mapping("online-retail")
