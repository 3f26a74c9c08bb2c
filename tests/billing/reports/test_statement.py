"""Statements of real books."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.customers.adjust_credit import adjust_credit
from billing.customers.errors import CustomerNotFound
from billing.customers.inputs import AdjustCredit
from billing.customers.models import Customer
from billing.database import Database, Row
from billing.errors import Invalid
from billing.invoices.void import void_invoice
from billing.payments.inputs import RefundInput
from billing.payments.refund import refund_payment
from billing.reports.statement import customer_statement
from tests.billing.reports.owed import check_statements
from tests.factories import (
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_subscription,
    create_test_clock,
)

MARCH = datetime(2026, 3, 1, 9, tzinfo=UTC)


def in_march(customer: Customer) -> None:
    """A little of everything, a day each."""
    with clock.frozen(MARCH):
        invoice = create_invoice(customer=customer)  # 10000
        create_invoice(customer=customer, draft=True)
    with clock.frozen(MARCH + timedelta(days=1)):
        payment = create_payment(invoice=invoice, amount=10500)
    with clock.frozen(MARCH + timedelta(days=2)):
        create_credit_note(invoice=invoice, amount=3000, refund_amount=1000)
    with clock.frozen(MARCH + timedelta(days=3)):
        refund_payment(payment.id, RefundInput(amount=2000))
    with clock.frozen(MARCH + timedelta(days=4)):
        void_invoice(create_invoice(customer=customer).id)
    with clock.frozen(MARCH + timedelta(days=5)):
        adjust_credit(customer.id, AdjustCredit(amount=700, reason="Sorry"))


def test_everything_is_listed_with_the_balance_after_it(db: Database[Row]) -> None:
    customer = create_customer()
    in_march(customer)
    [balance] = customer_statement(customer.id, None, date(2026, 3, 31)).balances
    assert [(move.kind, move.amount, move.change, after) for move, after in balance.lines] == [
        ("invoice", 10000, 10000, 10000),
        ("payment", 10500, -10500, -500),
        ("credit_note", 3000, -3000, -3500),
        ("refund", 1000, 1000, -2500),
        ("refund", 2000, 0, -2500),
        ("invoice", 10000, 10000, 7500),
        ("invoice_voided", 10000, -10000, -2500),
        ("credit_adjustment", 700, -700, -3200),
    ]
    check_statements()


def test_a_month_goes_on_where_the_month_before_ended(db: Database[Row]) -> None:
    customer = create_customer()
    in_march(customer)
    days = [date(2026, 3, day) for day in range(1, 8)]
    closing = 0
    for day in days:
        found = customer_statement(customer.id, day, day).balances
        if found:
            assert found[0].opening == closing
            closing = found[0].closing
    whole = customer_statement(customer.id, None, days[-1]).balances
    assert [balance.closing for balance in whole] == [closing]


def test_a_customer_reads_their_own_statement_alone(db: Database[Row]) -> None:
    mine, other = create_customer(), create_customer()
    create_invoice(customer=mine)
    create_invoice(customer=mine, draft=True)
    with acting_as(Actor(type="user", role="customer", customer_id=mine.id)):
        [balance] = customer_statement(mine.id).balances
        assert len(balance.lines) == 1
        with pytest.raises(CustomerNotFound):
            customer_statement(other.id)


def test_it_ends_today_where_the_customer_lives(db: Database[Row]) -> None:
    test_clock = create_test_clock(now="2031-05-01")
    customer = create_customer(test_clock_id=test_clock.id)
    create_subscription(customer=customer, start_date="2031-05-01")
    statement = customer_statement(customer.id)
    assert statement.last == date(2031, 5, 1)
    assert statement.balances[0].closing == 4900
    with clock.frozen(datetime(2026, 3, 1, 22, tzinfo=UTC)):
        eastern = create_customer(preferences={"timezone": "Asia/Tokyo"})
        assert customer_statement(eastern.id).last == date(2026, 3, 2)


def test_days_that_run_backwards_are_refused(db: Database[Row]) -> None:
    customer_id = create_customer().id
    with pytest.raises(Invalid) as refused:
        customer_statement(customer_id, date(2026, 3, 2), date(2026, 3, 1))
    assert refused.value.errors[0].field == "from"
    assert customer_statement(customer_id, date(2026, 3, 1), date(2026, 3, 1)).balances == []


def test_one_currency_can_be_asked_for(db: Database[Row]) -> None:
    customer = create_customer()
    create_invoice(customer=customer)
    create_invoice(customer=customer, currency="EUR")
    found = customer_statement(customer.id, currency="EUR").balances
    assert [balance.currency for balance in found] == ["EUR"]
    both = customer_statement(customer.id).balances
    assert [balance.currency for balance in both] == ["EUR", "USD"]
