"""`flask import invoices` as it is typed: what it prints and how it exits."""

from __future__ import annotations

from pathlib import Path

from billing.database import Database, Row
from tests.imports.past_files import GOOD, MAPPING, write_past
from tests.imports.test_command import environment, flask_import

__all__ = ["environment"]

CANCELLED = GOOD.replace("1001", "C1001").replace(",3,", ",-2,")
STOCK = GOOD.replace("1001", "1004").replace(",3,2.55", ",-3,0")


def test_it_ends_with_the_reconciliation(
    db: Database[Row],
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    (tmp_path / "past.toml").write_text(MAPPING, encoding="utf-8")
    path = write_past(tmp_path, GOOD, CANCELLED, STOCK, name="past.csv.gz")
    options = ("--mapping", tmp_path / "past.toml")
    odd = tmp_path / "odd.csv"
    dry = flask_import(environment, "invoices", path, *options, "--dry-run", "--odd-rows", odd)
    assert (dry.returncode, db.invoices.find_one()) == (0, None), dry.stderr
    assert "2 would be imported" in dry.stdout
    assert '4,1004,"stock movements without money, left out"' in odd.read_text()

    done = flask_import(environment, "invoices", path, *options)
    assert done.returncode == 0, done.stderr
    assert "3 rows: 1 invoices and 1 credit notes; 1 documents left out" in done.stdout
    assert "1 stock movements without money, left out (lines 4)" in done.stdout
    assert "£2.55" in done.stdout
    assert "Every customer agrees to the cent." in done.stdout

    db.credit_notes.update_one({}, {"$inc": {"total": 1}})
    off = flask_import(environment, "reconcile", path, *options)
    assert off.returncode == 1
    assert "7: £2.55 in the file, £2.54 in the books" in off.stdout
    assert "The books do not agree." in off.stdout


def test_a_bad_row_is_told_and_nothing_written(
    db: Database[Row],
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    (tmp_path / "past.toml").write_text(MAPPING, encoding="utf-8")
    path = write_past(tmp_path, GOOD, GOOD.replace("2.55", "dear"))
    done = flask_import(environment, "invoices", path, "--mapping", tmp_path / "past.toml")
    assert done.returncode == 1
    assert "line 3, price 'dear': must be a number such as 29.85" in done.stdout
    assert "--skip-bad" in done.stdout
    assert db.invoices.find_one() is None
