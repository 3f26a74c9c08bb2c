"""The states of subscriptions and invoices: every pair of the tables, walked."""

from __future__ import annotations

from itertools import product

import pytest

from billing.invoices import states as invoice_states
from billing.subscriptions.states import LIVE, MOVES, STATUSES, SubscriptionMoveRefused, check_move

ALLOWED = {
    ("trialing", "active"),
    ("active", "past_due"),
    ("active", "paused"),
    ("past_due", "active"),
    ("past_due", "unpaid"),
    ("unpaid", "active"),
    ("paused", "active"),
    *product(("trialing", "active", "past_due", "unpaid", "paused"), ("cancelled", "expired")),
}


@pytest.mark.parametrize(("status", "to"), list(product(STATUSES, STATUSES)))
def test_a_subscription_makes_the_moves_of_its_table_and_no_other(status: str, to: str) -> None:
    if (status, to) in ALLOWED:
        check_move(status, to)
        return
    with pytest.raises(SubscriptionMoveRefused) as refusal:
        check_move(status, to)
    assert refusal.value.message == f"A subscription that is {status} cannot become {to}."


def test_the_table_names_each_state_once_and_the_ended_ones_are_not_live() -> None:
    assert set(MOVES) == set(STATUSES)
    assert set(STATUSES) - LIVE == {"cancelled", "expired"}


INVOICE_MOVES = {
    ("draft", "open"),
    ("draft", "paid"),
    ("open", "paid"),
    ("open", "void"),
    ("open", "uncollectible"),
    ("uncollectible", "paid"),
    ("uncollectible", "void"),
}


def test_an_invoice_makes_the_moves_of_its_table_and_no_other() -> None:
    pairs = product(invoice_states.STATUSES, invoice_states.STATUSES)
    assert {pair for pair in pairs if invoice_states.can_move(*pair)} == INVOICE_MOVES
