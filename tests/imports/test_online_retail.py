"""The whole file of a real shop, 541,909 rows, against sums computed here and in no other way."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from billing import indexes
from billing.database import Database, Row
from billing.imports.import_invoices import import_invoices
from billing.imports.load_mapping import load_invoices_mapping
from billing.imports.reconcile_invoices import reconcile_invoices
from billing.runs.check import check_books

RETAIL = Path(__file__).resolve().parents[3] / "shared/data/online-retail-2010-2011.csv.gz"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not RETAIL.parent.is_dir(), reason="the shared data are not here"),
]


@pytest.fixture
def big_db(db: Database[Row]) -> Iterator[Database[Row]]:
    """An empty database that is emptied at once, which is quicker than document by document."""
    yield db
    for name in ("invoices", "credit_notes", "payments", "events"):
        db[name].drop()
    indexes.ensure_indexes()


def pence_of_customers() -> Counter[str]:
    """What each customer's rows come to, each rounded once."""
    pence: Counter[str] = Counter()
    with gzip.open(RETAIL, "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            exact = Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) * 100
            amount = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
            pence[row["CustomerID"].removesuffix(".0") or "walk-in"] += amount
    return pence


def test_every_customer_of_the_shop_agrees_to_the_penny(big_db: Database[Row]) -> None:
    db, mapping, expected = big_db, load_invoices_mapping("online-retail"), pence_of_customers()
    report = import_invoices(RETAIL, mapping)
    assert (report.rows, report.bad, report.new) == (541_909, 0, 24_564)
    assert (report.invoices, report.credit_notes, report.left_out) == (20_726, 3_838, 1_336)
    assert sum(expected.values()) == 974_774_793

    books: Counter[str] = Counter()
    names = {row["_id"]: row["external_id"] for row in db.customers.find()}
    for collection, sign in (("invoices", 1), ("credit_notes", -1)):
        for row in db[collection].find({}, {"customer_id": 1, "total": 1}):
            books[names[row["customer_id"]]] += sign * row["total"]
    assert dict(books) == dict(expected)
    assert len(books) == 4_373
    result = reconcile_invoices(RETAIL, mapping)
    assert result.agrees
    assert result.books["GBP"].net == 974_774_793
    assert check_books() == []
