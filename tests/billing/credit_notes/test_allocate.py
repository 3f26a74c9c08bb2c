"""How credit notes spread, as arithmetic: never beyond the invoice, and to the last unit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.credit_notes.allocate import (
    Share,
    by_amount,
    by_lines,
    shares_of,
    total_of,
    what_is_left,
)
from billing.database import Row
from billing.invoices.totals import apply_totals, compute_totals

RATES: dict[str, Row] = {
    "a": {"_id": "a", "name": "VAT", "percentage": "19", "inclusive": False},
    "b": {"_id": "b", "name": "City", "percentage": "8.875", "inclusive": False},
    "c": {"_id": "c", "name": "GST", "percentage": "10", "inclusive": True},
}


def taxed(*lines: tuple[int, list[str]], off: int = 0) -> Row:
    """An invoice's row of lines (amount, rates), a coupon of `off` taken from it."""
    rows: list[Row] = [{"amount": amount, "tax_rate_ids": rates} for amount, rates in lines]
    coupon = [{"coupon_id": "x", "amount_off": off}] if off else []
    invoice: Row = {"line_items": rows}
    apply_totals(invoice, rows, compute_totals(rows, discounts=coupon, rates=RATES))
    return invoice


def claims(invoice: Row) -> tuple[list[Share], list[bool]]:
    shares = shares_of(invoice["line_items"], invoice["taxes"])
    return shares, [not tax["inclusive"] for tax in invoice["taxes"]]


lines = st.lists(
    st.tuples(st.integers(-3000, 20000), st.lists(st.sampled_from(["a", "b", "c"]), unique=True)),
    min_size=1,
    max_size=6,
)
invoices = st.builds(lambda found, off: taxed(*found, off=off), lines, st.integers(0, 500))


@given(invoices)
def test_the_shares_of_an_invoice_come_to_the_invoice(invoice: Row) -> None:
    shares, on_top = claims(invoice)
    assert total_of(shares, on_top) == invoice["total"]
    for rate, tax in enumerate(invoice["taxes"]):
        assert sum(share.taxes[rate] for share in shares) == tax["amount"]


@given(invoices, st.lists(st.integers(1, 9000), min_size=1, max_size=6), st.data())
def test_notes_of_any_amounts_end_with_the_invoice_and_the_last_takes_the_residue(
    invoice: Row, amounts: list[int], data: Any
) -> None:
    whole, on_top = claims(invoice)
    taken: list[list[Share]] = []
    while (most := total_of(what_is_left(whole, taken), on_top)) > 0:
        left = what_is_left(whole, taken)
        amount = min(amounts.pop(), most) if amounts else most
        note = by_amount(left, on_top, amount)
        assert total_of(note, on_top) == amount
        for share, of in zip(note, left, strict=True):
            assert within(share.net, of.net)
            assert all(within(*pair) for pair in zip(share.taxes, of.taxes, strict=True))
        taken.append(note)
    if invoice["total"] > 0:
        left = what_is_left(whole, taken)
        assert sum(share.net for share in left) == 0
        assert all(sum(s.taxes[r] for s in left) == 0 for r in range(len(on_top)))


def within(part: int, whole: int) -> bool:
    """No more than the whole, on its side of zero."""
    return min(whole, 0) <= part <= max(whole, 0)


positive = st.lists(
    st.tuples(st.integers(1, 20000), st.lists(st.sampled_from(["a", "b", "c"]), unique=True)),
    min_size=1,
    max_size=5,
)


@given(positive, st.data())
def test_notes_of_lines_never_exceed_them_and_credit_all_in_the_end(
    found: list[tuple[int, list[str]]], data: Any
) -> None:
    invoice = taxed(*found)
    whole, _ = claims(invoice)
    taken = []
    for _ in range(3):
        left = what_is_left(whole, taken)
        taken.append(by_lines(left, [data.draw(st.integers(0, share.net)) for share in left]))
    left = what_is_left(whole, taken)
    assert all(tax >= 0 for share in left for tax in share.taxes)
    taken.append(by_lines(left, [share.net for share in left]))
    spent = [share for share in what_is_left(whole, taken) if share.net]
    assert spent == []


def test_thirds_of_a_taxed_invoice_by_hand() -> None:
    """100.00 + 19.00: thirds of 119.00 are 39.67, 39.67 and the rest, 39.66.

    Of tax 3967 * 1900 / 11900 = 633.4; then 3967 * 1267 / 7933 = 633.6 of what is left; the rest.
    """
    whole, on_top = claims(taxed((10000, ["a"])))
    first = by_amount(whole, on_top, 3967)
    assert first == [Share(3334, (633,))]
    left = what_is_left(whole, [first])
    second = by_amount(left, on_top, 3967)
    assert second == [Share(3333, (634,))]
    assert by_amount(what_is_left(left, [second]), on_top, 3966) == [Share(3333, (633,))]


def test_an_inclusive_tax_is_inside_the_amount() -> None:
    whole, on_top = claims(taxed((11000, ["c"])))
    assert by_amount(whole, on_top, 5500) == [Share(5500, (500,))]
    assert by_lines(whole, [1100]) == [Share(1100, (100,))]


def test_a_line_takes_only_its_own_taxes_with_it() -> None:
    whole, on_top = claims(taxed((10000, ["a"]), (20000, ["b"]), (500, [])))
    note = by_lines(whole, [0, 10000, 500])
    assert note == [Share(0, (0, 0)), Share(10000, (0, 888)), Share(500, (0, 0))]
    assert total_of(note, on_top) == 11388


def test_a_deduction_is_credited_in_proportion_too() -> None:
    whole, on_top = claims(taxed((10000, []), (-2000, [])))
    assert by_amount(whole, on_top, 4000) == [Share(5000), Share(-1000)]


def test_lines_that_cancel_out_leave_nothing() -> None:
    whole, on_top = claims(taxed((100, ["a"]), (-100, ["a"])))
    assert total_of(whole, on_top) == 0


@pytest.mark.parametrize("rates", [[], ["a"], ["c"], ["a", "b"]])
def test_many_small_parts_of_many_lines_are_rounded_once_a_rate(rates: list[str]) -> None:
    """Half of a hundred lines of a few cents is half of the whole, not a hundred roundings."""
    invoice = taxed(*[(3, rates)] * 100)
    whole, on_top = claims(invoice)
    note = by_amount(whole, on_top, invoice["total"] // 2)
    for rate, tax in enumerate(invoice["taxes"]):
        assert abs(2 * sum(share.taxes[rate] for share in note) - tax["amount"]) <= 2
