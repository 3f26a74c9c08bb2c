"""What is wrong with a row is said with line, column, value and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from billing.database import Database, Row
from billing.imports.cells import BadCell, read_date
from billing.imports.entries import Problem
from billing.imports.import_subscribers import ImportReport, import_subscribers
from billing.imports.load_mapping import load_mapping
from billing.imports.mapping import Source
from tests.imports.files import GOOD, MAPPING, small_mapping, write_csv, write_mapping


def judged(folder: Path, *lines: str, **options: Any) -> tuple[ImportReport, list[Problem]]:
    problems: list[Problem] = []
    path, mapping = write_csv(folder, *lines), small_mapping(folder)
    report = import_subscribers(path, mapping, on_problem=problems.append, **options)
    return report, problems


@pytest.mark.parametrize(
    ("good", "bad", "column", "message"),
    [
        ("7,Ada", ",Ada", "id", "is required"),
        ("Ada Ltd", "", "name", "is required"),
        ("Ada Ltd", "A" * 201, "name", "must have at most 200 characters"),
        ("Ada Ltd", "A\x00B", "name", "must not contain NUL characters"),
        ("ada@example.com", "ada.example.com", "mail", "not a valid email address"),
        ("ada@example.com", "", "mail", "is required"),
        ("2026-01-31", "31.01.2026", "since", "must be a date in the form 2026-01-31"),
        ("2026-01-31", "2026-02-30", "since", "must be a date in the form 2026-01-31"),
        ("2026-01-31", "1066-10-14", "since", "greater than or equal to 1970-01-01"),
        ("2026-01-31", "", "since", "is required: enter the first day of service"),
        ("Basic", "basic", "plan", "is none of Basic, Units: correct it, or add it"),
        ("Basic", "", "plan", "is none of Basic, Units"),
        ("29.85", "29.855", "price", "has more than the 2 decimals of USD"),
        ("29.85", "29,85", "price", "has 9 cells"),
        ("29.85", "$29.85", "price", "must be a number such as 29.85"),
        ("29.85", "1e3", "price", "must be a number such as 29.85"),
        ("29.85", "1_000", "price", "must be a number such as 29.85"),
        ("29.85", "NaN", "price", "must be a number such as 29.85"),
        ("29.85", "-1", "price", "must not be negative"),
        ("29.85", "9" * 13, "price", "is more than can be billed"),
        ("no,", "maybe,", "left", "is none of yes, no"),
        ("no,", "yes,", "left_on", "is required for a row that is cancelled"),
        ("no,", "yes,2026-01-30", "left_on", "lies before the start"),
        ("no,", "yes,soon", "left_on", "must be a date"),
    ],
)
def test_each_fault_is_one_problem(
    db: Database[Row], tmp_path: Path, good: str, bad: str, column: str, message: str
) -> None:
    report, problems = judged(tmp_path, GOOD.replace(good, bad, 1))
    assert len(problems) == 1, problems
    assert message in problems[0].message
    assert problems[0].line == 2
    assert problems[0].column == ("" if "cells" in message else column)
    assert problems[0].value in GOOD.replace(good, bad, 1)
    assert (report.rows, report.bad, report.written) == (1, 1, False)


def test_all_faults_of_a_row_are_told_at_once(db: Database[Row], tmp_path: Path) -> None:
    report, problems = judged(tmp_path, "7,,nobody,tomorrow,Gold,dear,perhaps,")
    assert {p.column for p in problems} == {"name", "mail", "plan", "since", "price", "left"}
    assert report.bad == 1


def test_a_bill_that_nobody_could_pay_is_a_problem_of_the_price(
    db: Database[Row], tmp_path: Path
) -> None:
    text = MAPPING.replace("start_date =", "quantity = { value = 1000000 }\nstart_date =")
    path = write_csv(tmp_path, GOOD.replace("Basic,29.85", "Units,9999999"))
    problems: list[Problem] = []
    mapping = load_mapping(str(write_mapping(tmp_path, text)))
    import_subscribers(path, mapping, on_problem=problems.append)
    assert [(p.column, p.value) for p in problems] == [("price", "9999999")]
    assert "larger than an invoice can bear" in problems[0].message


def test_an_end_before_the_start_is_a_problem_of_the_end(db: Database[Row], tmp_path: Path) -> None:
    text = MAPPING.replace("start_date =", 'end_date = { column = "left_on" }\nstart_date =')
    mapping = load_mapping(str(write_mapping(tmp_path, text)))
    ends = [
        GOOD.replace("7", str(n), 1) + day for n, day in enumerate(("2026-01-31", "2026-02-01"))
    ]
    path, problems = write_csv(tmp_path, *ends), list[Problem]()
    report = import_subscribers(path, mapping, on_problem=problems.append)
    assert (report.rows, report.bad, report.written) == (2, 1, False)
    assert [(p.line, p.column, p.value) for p in problems] == [(2, "left_on", "2026-01-31")]
    assert "after the start, 2026-01-31" in problems[0].message


def test_months_cannot_lead_out_of_the_calendar() -> None:
    source = Source(column="since", minus_months="months")
    with pytest.raises(BadCell, match="goes back too far"):
        read_date(source, {"since": "0100-01-01", "months": "9999"})


def test_the_first_of_two_rows_with_one_key_is_good(db: Database[Row], tmp_path: Path) -> None:
    other = GOOD.replace("Ada", "Eve")
    report, problems = judged(tmp_path, GOOD, other, skip_bad=True)
    assert problems == [Problem(3, "id", "7", "is in line 2 already: leave one of the two rows")]
    assert (report.new, report.bad) == (1, 1)
    assert [row["name"] for row in db.customers.find()] == ["Ada Ltd"]


def test_nothing_is_written_when_one_row_is_bad(db: Database[Row], tmp_path: Path) -> None:
    report, _ = judged(tmp_path, GOOD, "8,Bob,bob,2026-01-01,Basic,1,no,")
    assert (report.new, report.bad, report.written) == (1, 1, False)
    for name in ("customers", "plans", "subscriptions", "events", "imports"):
        assert db[name].find_one() is None, name


def test_a_dry_run_writes_nothing(db: Database[Row], tmp_path: Path) -> None:
    report, problems = judged(tmp_path, GOOD, dry_run=True)
    assert (report.rows, report.new, report.written, problems) == (1, 1, False, [])
    assert report.new_plans == ["basic", "units"]
    for name in ("customers", "plans", "subscriptions", "events", "imports"):
        assert db[name].find_one() is None, name


def test_skip_bad_imports_the_others(db: Database[Row], tmp_path: Path) -> None:
    bad = "8,Bob,bob,2026-01-01,Basic,1,no,"
    report, problems = judged(tmp_path, GOOD, bad, GOOD.replace("7", "9", 1), skip_bad=True)
    assert (report.new, report.bad, report.written, len(problems)) == (2, 1, True, 1)
    assert sorted(row["external_id"] for row in db.customers.find()) == ["7", "9"]


def test_a_file_without_rows_is_imported_as_nothing(db: Database[Row], tmp_path: Path) -> None:
    report, problems = judged(tmp_path)
    assert (report.rows, report.new, report.written, problems) == (0, 0, True, [])
