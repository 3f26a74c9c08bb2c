"""Every amount of the demo's invoices follows from what is said of it."""

from __future__ import annotations

from billing.database import Database, Row
from billing.invoices.explain import explain_invoice
from tests.billing.invoices.recompute import recompute
from tests.demo.test_demo import make_small


def test_every_invoice_of_the_demo_adds_up_by_hand(db: Database[Row]) -> None:
    make_small()
    rows = list(db.invoices.find())
    assert len(rows) > 20
    for row in rows:
        explained = explain_invoice(row)
        recompute(explained)
        assert all(line["sentence"].endswith(".") for line in explained["lines"])
