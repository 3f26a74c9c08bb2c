"""What is owed by how long, and what came in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from billing import clock
from billing.database import Database, Row
from billing.payments.inputs import RefundInput
from billing.payments.refund import refund_payment
from billing.reports.receivables import ageing, months_collected
from tests.factories import create_customer, create_invoice, create_payment, create_test_clock

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("due", "band"),
    [
        ("2026-11-24", "not_due"),
        ("2026-11-23", "not_due"),
        ("2026-11-22", "days_1_30"),
        ("2026-10-24", "days_1_30"),
        ("2026-10-23", "days_31_60"),
        ("2026-09-24", "days_31_60"),
        ("2026-09-23", "days_61_90"),
        ("2026-08-25", "days_61_90"),
        ("2026-08-24", "days_over_90"),
    ],
)
def test_an_open_invoice_is_in_the_band_of_its_days(db: Database[Row], due: str, band: str) -> None:
    with clock.frozen(datetime(2026, 8, 1, tzinfo=UTC)):
        create_invoice(due_date=due)
    (found,) = ageing(TODAY)
    assert dict(found.amounts) == {band: 10000}
    assert dict(found.counts) == {band: 1}
    assert (found.open, found.overdue) == (10000, 0 if band == "not_due" else 10000)


def test_what_is_paid_and_who_is_on_a_test_clock_owes_nothing(db: Database[Row]) -> None:
    create_payment(invoice=create_invoice())
    create_invoice(customer=create_customer(test_clock_id=create_test_clock().id))
    assert ageing(TODAY) == []


def test_what_came_in_is_counted_by_its_month_and_currency(db: Database[Row]) -> None:
    for day, amount in (("2025-11-30", 1), ("2026-10-31", 200), ("2026-11-01", 3000)):
        with clock.frozen(datetime.fromisoformat(f"{day}T12:00:00+00:00")):
            payment = create_payment(amount=amount)
    with clock.frozen(datetime(2026, 11, 23, tzinfo=UTC)):
        refund_payment(payment.id, RefundInput(amount=500))
        create_payment(invoice=create_invoice(currency="JPY"))
        made_up = create_customer(test_clock_id=create_test_clock(now="2026-11-01").id)
        create_payment(invoice=create_invoice(customer=made_up))
    found = months_collected(TODAY)
    assert found.keys() == {"USD", "JPY"}
    assert [month.start.month for month in found["USD"]] == [12, *range(1, 12)]
    told = [(month.received, month.refunded, month.kept) for month in found["USD"]]
    assert told == [(0, 0, 0)] * 10 + [(200, 0, 200), (3000, 500, 2500)]
