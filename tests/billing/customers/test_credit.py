"""Credit: the balance moves with its entries and never below zero."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from billing.customers.credit import CreditInsufficient, add_credit, list_credit_entries
from billing.customers.queries import get_customer_row
from billing.customers.views import customer_view
from billing.transactions import in_transaction
from tests.factories import create_customer

pytestmark = pytest.mark.usefixtures("db")


def test_entries_sum_to_the_balance_of_each_currency() -> None:
    customer = create_customer()
    in_transaction(lambda: add_credit(customer.id, "USD", 500, reason="goodwill"))
    in_transaction(lambda: add_credit(customer.id, "EUR", 70, reason="goodwill"))
    left = in_transaction(lambda: add_credit(customer.id, "USD", -200, reason="invoice"))
    assert left == 300
    assert customer_view(get_customer_row(customer.id))["credit_balance"] == 300
    entries = list_credit_entries(customer.id, "USD").items
    assert [(e["amount"], e["balance"]) for e in entries] == [(-200, 300), (500, 500)]
    assert list_credit_entries(customer.id).total == 3


def test_no_more_is_used_than_there_is() -> None:
    customer = create_customer()
    in_transaction(lambda: add_credit(customer.id, "USD", 500, reason="goodwill"))

    def use(_: int) -> bool:
        try:
            in_transaction(lambda: add_credit(customer.id, "USD", -100, reason="invoice"))
        except CreditInsufficient:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 5
    assert sum(e["amount"] for e in list_credit_entries(customer.id).items) == 0


def test_credit_in_a_currency_never_had_is_none() -> None:
    customer = create_customer()
    with pytest.raises(CreditInsufficient):
        in_transaction(lambda: add_credit(customer.id, "JPY", -1, reason="invoice"))
