"""The first page's figures."""

from __future__ import annotations

from datetime import UTC, date, datetime

from billing import clock
from billing.database import Database, Row
from billing.invoices.delete_customer import delete_customer
from billing.invoices.inputs import PayInvoice
from billing.invoices.void import void_invoice
from billing.payments.pay_invoice import pay_invoice
from billing.reports.dashboard import overview
from billing.runs.run_billing import run_billing
from tests.factories import (
    create_customer,
    create_invoice,
    create_plan,
    create_subscription,
    create_test_clock,
)


def test_an_empty_house_has_empty_figures(db: Database[Row]) -> None:
    figures = overview()
    del figures["today"]
    assert figures == {
        "currencies": [],
        "mrr": {},
        "months": {},
        "due": {},
        "collected": {},
        "customers": 0,
        "active_subscriptions": 0,
        "trials": 0,
        "past_due": 0,
        "next_run": None,
        "last_run": None,
    }


def test_the_figures_are_those_of_the_books(db: Database[Row]) -> None:
    with clock.frozen(datetime(2026, 10, 1, 12, tzinfo=UTC)):
        customer = create_customer()
        late = create_invoice(customer=customer)
        pay_invoice(create_invoice(customer=customer).id)  # last month's
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        delete_customer(create_customer().id)
        pay_invoice(late.id, PayInvoice(amount=1000))
        yen = create_invoice(customer=customer, currency="JPY")
        pay_invoice(yen.id, PayInvoice(amount=1))
        void_invoice(create_invoice(customer=customer).id)
        create_invoice(customer=customer, draft=True)
        create_subscription(customer=customer, plan=create_plan(price=700))
        create_subscription(customer=customer, start_date="2026-12-01")
        create_subscription(customer=customer, trial_days=14)
        run = run_billing()
        figures = overview()
    assert figures["last_run"]["_id"] == run.id
    assert figures["currencies"] == ["USD", "JPY"]
    assert (figures["customers"], figures["active_subscriptions"], figures["trials"]) == (1, 2, 1)
    assert figures["mrr"] == {"USD": (700, 1)}
    due = {currency: (each.open, each.overdue) for currency, each in figures["due"].items()}
    assert due == {"JPY": (9999, 0), "USD": (9700, 9000)}
    kept = {currency: months[-1].kept for currency, months in figures["collected"].items()}
    assert kept == {"JPY": 1, "USD": 1000}
    assert figures["next_run"] == {"date": date(2026, 12, 1), "due": 1}


def test_who_lives_on_a_test_clock_counts_in_no_figure(db: Database[Row]) -> None:
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        nothing = overview()
        customer = create_customer(test_clock_id=create_test_clock(now="2026-11-01").id)
        create_subscription(customer=customer)
        create_subscription(customer=customer, start_date="2026-11-02")
        create_invoice(customer=customer)
        pay_invoice(create_invoice(customer=customer).id)
        assert overview() == nothing
        create_invoice(customer=create_customer())
        figures = overview()
    assert (figures["customers"], figures["active_subscriptions"]) == (1, 0)
    assert [(each.open, each.overdue) for each in figures["due"].values()] == [(10000, 0)]
