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
    assert overview() == {
        "customers": 0,
        "active_subscriptions": 0,
        "open_invoices": 0,
        "overdue_invoices": 0,
        "open": [],
        "overdue": [],
        "collected_this_month": [],
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
        run = run_billing()
        figures = overview()
    assert figures["last_run"]["_id"] == run.id
    del figures["last_run"]
    assert figures == {
        "customers": 1,
        "active_subscriptions": 2,
        "open_invoices": 3,
        "overdue_invoices": 1,
        "open": [{"currency": "JPY", "amount": 9999}, {"currency": "USD", "amount": 9700}],
        "overdue": [{"currency": "USD", "amount": 9000}],
        "collected_this_month": [
            {"currency": "JPY", "amount": 1},
            {"currency": "USD", "amount": 1000},
        ],
        "next_run": {"date": date(2026, 12, 1), "due": 1},
    }


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
    assert (figures["customers"], figures["open_invoices"]) == (1, 1)
    assert (figures["active_subscriptions"], figures["overdue_invoices"]) == (0, 0)
    assert figures["open"] == [{"currency": "USD", "amount": 10000}]
