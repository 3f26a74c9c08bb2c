"""The comparison of the books with the file finds every cent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from billing.database import Database, Row
from billing.imports.errors import ColumnsMissing, FileUnreadable, MappingInvalid
from billing.imports.import_subscribers import import_subscribers
from billing.imports.load_mapping import load_mapping
from billing.imports.mapping import Mapping
from billing.imports.reconcile import Mismatch, Reconciliation, reconcile
from billing.invoices.void import void_invoice
from billing.runs.run_billing import run_billing
from tests.imports.files import MAPPING, small_mapping, write_csv, write_mapping

HEADER = "id,name,mail,since,plan,price,left,left_on,months,total"
RULE = """
[reconcile]
periods = "months"
before = 2026-05-01
stated_total = "total"
"""


def row(key: str, months: str, total: str, price: str = "29.85") -> str:
    return f"{key},Name,a@example.com,2026-02-01,Basic,{price},no,,{months},{total}"


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    return load_mapping(str(write_mapping(tmp_path, MAPPING + RULE)))


def reconciled(folder: Path, mapping: Mapping, *lines: str) -> Reconciliation:
    """After an import of these lines and a run up to June, beyond what the rule looks at."""
    path = write_csv(folder, *lines, header=HEADER)
    import_subscribers(path, mapping)
    run_billing(date(2026, 6, 15))
    return reconcile(path, mapping)


def test_rows_agree_and_the_files_own_totals_are_compared(
    db: Database[Row], tmp_path: Path, mapping: Mapping
) -> None:
    lines = (row("1", "3", "89.55"), row("2", "3", "80.00"), row("3", "3", "90.05"))
    result = reconciled(tmp_path, mapping, *lines, row("4", "3", "", "0.10"))
    assert (result.rows, result.mismatching, result.agrees) == (4, 0, True)
    sums = result.sums["USD"]
    assert (sums.rows, sums.invoices) == (4, 12)
    assert sums.invoiced == sums.expected == 3 * (3 * 2985 + 10)
    assert (sums.stated, sums.stated_rows) == (8955 + 8000 + 9005, 3)
    assert (sums.differing_rows, sums.difference) == (2, -955 + 50)
    assert (sums.largest, sums.largest_key) == (-955, "2")


def test_a_row_that_was_billed_otherwise_is_named(
    db: Database[Row], tmp_path: Path, mapping: Mapping
) -> None:
    result = reconciled(tmp_path, mapping, row("1", "3", ""), row("2", "4", ""))
    assert result.mismatches == [Mismatch("2", 3, 4 * 2985, 3 * 2985)]
    assert not result.agrees


def test_void_invoices_do_not_count(db: Database[Row], tmp_path: Path, mapping: Mapping) -> None:
    path = write_csv(tmp_path, row("1", "3", ""), header=HEADER)
    import_subscribers(path, mapping)
    run_billing(date(2026, 4, 30))
    void_invoice((db.invoices.find_one() or {})["_id"])
    assert [m.invoiced for m in reconcile(path, mapping).mismatches] == [2 * 2985]


def test_rows_that_are_not_imported_do_not_agree(
    db: Database[Row], tmp_path: Path, mapping: Mapping
) -> None:
    path = write_csv(tmp_path, row("1", "3", ""), "2,,,,,,,,,", header=HEADER)
    result = reconcile(path, mapping)
    assert (result.rows, result.not_imported, result.bad, result.agrees) == (2, 1, 1, False)


def test_a_customer_without_any_invoice_is_a_mismatch(
    db: Database[Row], tmp_path: Path, mapping: Mapping
) -> None:
    path = write_csv(tmp_path, row("1", "3", ""), row("2", "0", ""), header=HEADER)
    import_subscribers(path, mapping)
    result = reconcile(path, mapping)
    assert [m.key for m in result.mismatches] == ["1"]


@pytest.mark.parametrize("line", [row("1", "few", ""), row("1", "3", "much")])
def test_unreadable_figures_are_named_with_their_line(
    db: Database[Row], tmp_path: Path, mapping: Mapping, line: str
) -> None:
    with pytest.raises(FileUnreadable, match=r"Line 2: (months|total) must be"):
        reconciled(tmp_path, mapping, line)


def test_a_file_without_the_columns_is_refused(
    db: Database[Row], tmp_path: Path, mapping: Mapping
) -> None:
    with pytest.raises(ColumnsMissing, match="months, total"):
        reconcile(write_csv(tmp_path), mapping)


def test_a_mapping_without_the_part_is_refused(db: Database[Row], tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match=r"no part \[reconcile\]"):
        reconcile(write_csv(tmp_path), small_mapping(tmp_path))
