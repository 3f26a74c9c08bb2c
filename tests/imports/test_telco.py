"""The whole sample of 7,043 subscribers, against sums computed here and in no other way."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from billing import clock, indexes
from billing.database import Database, Row
from billing.imports.import_subscribers import import_subscribers
from billing.imports.load_mapping import load_mapping
from billing.imports.reconcile import reconcile
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing

TELCO = Path(__file__).resolve().parents[3] / "shared/data/Telco-Customer-Churn.csv"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TELCO.parent.is_dir(), reason="the shared data are not here"),
]


@pytest.fixture
def big_db(db: Database[Row]) -> Iterator[Database[Row]]:
    """An empty database that is emptied at once, which is quicker than document by document."""
    yield db
    for name in ("invoices", "events"):
        db[name].drop()
    indexes.ensure_indexes()


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def counts(db: Database[Row]) -> dict[str, int]:
    names = ("customers", "plans", "subscriptions", "invoices", "events")
    return {name: db[name].count_documents({}) for name in names}


def test_every_elapsed_month_is_billed_to_the_cent(big_db: Database[Row]) -> None:
    db = big_db
    with TELCO.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    owed = {r["customerID"]: int(r["tenure"]) * cents(r["MonthlyCharges"]) for r in rows}
    months = sum(int(r["tenure"]) for r in rows)
    assert (len(owed), months) == (7043, 227_990)

    with clock.frozen(NOW):
        report = import_subscribers(TELCO, load_mapping("telco"))
    assert (report.rows, report.new, report.bad) == (7043, 7043, 0)
    assert (report.waiting, report.cancelled) == (11, 1869)
    assert db.subscriptions.count_documents({"status": "cancelled"}) == 1869
    assert db.plans.count_documents({}) == 3

    run = run_billing(date(2026, 10, 31))
    assert (run.invoiced, run.skipped, run.still_due) == (months, 0, 0)
    assert run.sums["USD"] == {"invoices": months, "amount": sum(owed.values())}
    assert billed(db) == {key: amount for key, amount in owed.items() if amount}
    assert check_books() == []

    before = counts(db)
    with clock.frozen(NOW):
        again = import_subscribers(TELCO, load_mapping("telco"))
    assert (again.new, again.already_there) == (0, 7043)
    assert run_billing(date(2026, 10, 31)).invoiced == 0
    assert {**counts(db), "events": 0} == {**before, "events": 0}

    result = reconcile(TELCO, load_mapping("telco"))
    assert result.agrees
    compare_with_stated_totals(result.sums["USD"].difference, rows, owed)


def billed(db: Database[Row]) -> dict[str, int]:
    """What each customer was invoiced, by their key."""
    sums = db.invoices.aggregate([{"$group": {"_id": "$customer_id", "sum": {"$sum": "$total"}}}])
    keys = {row["_id"]: row["external_id"] for row in db.customers.find()}
    return {keys[row["_id"]]: row["sum"] for row in sums}


def compare_with_stated_totals(
    difference: int, rows: list[dict[str, str]], owed: dict[str, int]
) -> None:
    stated = [row for row in rows if row["TotalCharges"].strip()]
    assert {row["tenure"] for row in rows if row not in stated} == {"0"}
    expected = sum(cents(row["TotalCharges"]) - owed[row["customerID"]] for row in stated)
    assert difference == expected == 107_725
