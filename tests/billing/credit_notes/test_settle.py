"""What becomes of a note's total."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.credit_notes.errors import SettlementOutOfRange
from billing.credit_notes.settle import Received, Settlement, settle

amounts = st.integers(0, 10**6)


@given(st.integers(1, 10**6), amounts, amounts, amounts)
def test_untold_it_reduces_then_refunds_then_credits(
    total: int, due: int, refundable: int, returned: int
) -> None:
    found = settle(total, due, Received(refundable, returned))
    assert found.due_reduction + found.refund + found.credit == total
    assert found.due_reduction == min(total, due)
    assert found.refund == min(total - found.due_reduction, refundable + returned)
    assert found.returned == min(found.refund, returned)


@pytest.mark.parametrize(
    ("refund", "credit", "expected"),
    [
        (None, None, Settlement(30, 50, 20, 0)),
        (0, None, Settlement(30, 0, 70, 0)),
        (50, None, Settlement(30, 50, 20, 0)),
        (50, 50, Settlement(0, 50, 50, 0)),
        (None, 100, Settlement(0, 0, 100, 0)),
        (None, 30, Settlement(30, 40, 30, 0)),
    ],
)
def test_what_is_told_is_kept(refund: int, credit: int, expected: Settlement) -> None:
    assert settle(100, 30, Received(50), refund, credit) == expected


@pytest.mark.parametrize(
    ("refund", "credit", "field"),
    [
        (51, None, "refund_amount"),
        (101, None, "refund_amount"),
        (None, 101, "credit_amount"),
        (50, 51, "credit_amount"),
        (0, 0, "credit_amount"),
        (50, 10, "credit_amount"),
    ],
)
def test_what_cannot_be_names_the_field(refund: int, credit: int, field: str) -> None:
    with pytest.raises(SettlementOutOfRange) as refusal:
        settle(100, 30, Received(50), refund, credit)
    assert refusal.value.field == field


def test_what_went_back_before_is_not_paid_twice() -> None:
    assert settle(100, 0, Received(refundable=40, returned=60)) == Settlement(0, 100, 0, 60)
