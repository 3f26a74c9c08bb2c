"""`flask import` as it is typed: what it prints and how it exits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from billing.database import Database, Row
from tests.imports.files import GOOD, MAPPING, write_csv, write_mapping

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(mongodb_uri: str, tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "MONGODB_URI": mongodb_uri, "DATA_DIR": str(tmp_path / "var")}


def flask_import(
    environment: dict[str, str], *arguments: object
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "import", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_a_bad_row_is_reported_and_refused_and_can_be_skipped(
    db: Database[Row], tmp_path: Path, environment: dict[str, str]
) -> None:
    mapping = write_mapping(tmp_path)
    path = write_csv(tmp_path, GOOD, GOOD.replace("7", "8", 1).replace("29.85", "dear"))
    refused = flask_import(environment, "subscribers", path, "--mapping", mapping)
    assert refused.returncode == 1, refused.stderr
    assert "line 3, price 'dear': must be a number such as 29.85" in refused.stdout
    assert "Nothing was written." in refused.stdout
    assert "--skip-bad" in refused.stdout
    assert db.customers.find_one() is None

    skipped = flask_import(environment, "subscribers", path, "--mapping", mapping, "--skip-bad")
    assert skipped.returncode == 0, skipped.stderr
    assert "2 rows: 1 imported, 0 already there" in skipped.stdout
    assert db.customers.count_documents({}) == 1
    made = {row["actor"]["name"] for row in db.events.find()}
    assert made == {"Command line"}


def test_a_dry_run_writes_nothing_and_exits_well(
    db: Database[Row], tmp_path: Path, environment: dict[str, str]
) -> None:
    path, mapping = write_csv(tmp_path, GOOD), write_mapping(tmp_path)
    dry = flask_import(environment, "subscribers", path, "--mapping", mapping, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "1 would be imported" in dry.stdout
    assert db.customers.find_one() is None


def test_a_refusal_of_the_file_is_one_line(
    db: Database[Row], tmp_path: Path, environment: dict[str, str]
) -> None:
    path = write_csv(tmp_path, header="id,name")
    refused = flask_import(environment, "subscribers", path, "--mapping", "telco")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("Error: The file lacks the columns customerID, PaymentMethod")
    assert len(refused.stderr.splitlines()) == 1


def test_reconcile_exits_with_1_when_the_books_do_not_agree(
    db: Database[Row], tmp_path: Path, environment: dict[str, str]
) -> None:
    rule = '[reconcile]\nperiods = "left_on"\nbefore = 2026-05-01\n'
    start, end = MAPPING.index("[cancellation]"), MAPPING.index("[plans.basic]")
    mapping = write_mapping(tmp_path, MAPPING[:start] + MAPPING[end:] + rule)
    path = write_csv(tmp_path, f"{GOOD}3")
    assert flask_import(environment, "subscribers", path, "--mapping", mapping).returncode == 0
    result = flask_import(environment, "reconcile", path, "--mapping", mapping)
    assert result.returncode == 1, result.stderr
    assert "line 2, 7: invoiced 0, expected 8,955" in result.stdout
    assert "The books do not agree." in result.stdout
