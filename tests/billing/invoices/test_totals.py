"""From lines to what is owed: coupons, taxes, roundings. Numbers alone, no database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.invoices.totals import Totals, apply_totals, compute_totals
from billing.money import round_amount
from billing.taxes.errors import TaxRateMissing

Row = dict[str, Any]


def rate(name: str, percentage: str, *, inclusive: bool = False) -> Row:
    return {"_id": name, "name": name, "percentage": percentage, "inclusive": inclusive}


def line(amount: int, *rates: str, discountable: bool = True) -> Row:
    row: Row = {"amount": amount, "tax_rate_ids": list(rates)}
    return row if discountable else {**row, "discountable": False}


def percent(percent_off: str) -> Row:
    return {"coupon_id": "cpn_p", "code": "P", "name": "Percent", "percent_off": percent_off}


def fixed(amount_off: int) -> Row:
    return {"coupon_id": "cpn_f", "code": "F", "name": "Fixed", "amount_off": amount_off}


RATES = {
    row["_id"]: row
    for row in (
        rate("vat19", "19"),
        rate("vat7", "7"),
        rate("city", "8.875"),
        rate("zero", "0"),
        rate("in19", "19", inclusive=True),
        rate("in7", "7", inclusive=True),
    )
}
EXCLUSIVE = [name for name, row in RATES.items() if not row["inclusive"]]


def totals(lines: list[Row], *discounts: Row, tax_exempt: str = "none") -> Totals:
    return compute_totals(lines, discounts=discounts, rates=RATES, tax_exempt=tax_exempt)


class TestByHand:
    def test_lines_alone(self) -> None:
        found = totals([line(1000), line(250)])
        assert (found.subtotal, found.discount_total, found.tax_total) == (1250, 0, 0)
        assert (found.total, found.line_discounts, found.line_taxes) == (1250, [0, 0], [0, 0])

    def test_a_rate_is_rounded_once_for_the_invoice_and_not_once_for_each_line(self) -> None:
        # 19 % of 0.99 is 0.1881, so 0.19; line by line it would be 0.06 three times
        found = totals([line(33, "vat19"), line(33, "vat19"), line(33, "vat19")])
        assert found.tax_total == 19
        assert found.line_taxes == [7, 6, 6]
        assert found.total == 99 + 19

    def test_several_rates_on_one_line(self) -> None:
        found = totals([line(10_000, "vat7", "city")])
        assert [(row["name"], row["amount"]) for row in found.taxes] == [
            ("vat7", 700),
            ("city", 888),  # 887.5, half away from zero
        ]
        assert found.total == 11_588

    def test_an_inclusive_rate_is_taken_out_of_the_price(self) -> None:
        found = totals([line(11_900, "in19")])
        assert (found.total, found.tax_total, found.exclusive_tax) == (11_900, 1900, 0)
        assert found.taxes == [
            {
                "tax_rate_id": "in19",
                "name": "in19",
                "percentage": "19",
                "inclusive": True,
                "taxable_amount": 10_000,
                "amount": 1900,
            }
        ]

    def test_several_inclusive_rates_are_taken_out_together(self) -> None:
        found = totals([line(12_600, "in19", "in7")])
        assert [(row["taxable_amount"], row["amount"]) for row in found.taxes] == [
            (10_000, 1900),
            (10_000, 700),
        ]

    def test_an_exclusive_rate_comes_on_the_net_of_the_inclusive_one(self) -> None:
        found = totals([line(11_900, "city", "in19")])
        assert [(row["taxable_amount"], row["amount"]) for row in found.taxes] == [
            (10_000, 888),
            (10_000, 1900),
        ]
        assert (found.total, found.tax_total, found.exclusive_tax) == (12_788, 2788, 888)
        assert found.line_taxes == [2788]

    def test_a_percentage_is_of_all_that_can_be_discounted(self) -> None:
        found = totals([line(1000), line(335), line(5000, discountable=False)], percent("25"))
        assert found.discount_total == 334  # 333.75
        assert found.line_discounts == [250, 84, 0]
        assert found.total == 6001

    def test_tax_is_on_what_the_coupon_left(self) -> None:
        found = totals([line(10_000, "vat19")], percent("10"))
        assert (found.discount_total, found.tax_total, found.total) == (1000, 1710, 10_710)

    def test_a_coupon_on_an_inclusive_price_is_off_the_gross(self) -> None:
        found = totals([line(11_900, "in19")], fixed(1190))
        assert (found.tax_total, found.total) == (1710, 10_710)

    def test_a_fixed_coupon_forfeits_what_is_beyond_the_lines(self) -> None:
        found = totals([line(300), line(100), line(700, discountable=False)], fixed(1000))
        assert (found.discount_total, found.line_discounts) == (400, [300, 100, 0])
        assert found.discounts[0]["amount"] == 400
        assert found.discounts[0]["amount_off"] == 1000

    def test_coupons_follow_one_another(self) -> None:
        found = totals([line(10_000)], fixed(2000), percent("10"))
        assert [row["amount"] for row in found.discounts] == [2000, 800]
        found = totals([line(10_000)], percent("10"), fixed(2000))
        assert [row["amount"] for row in found.discounts] == [1000, 2000]

    def test_nothing_is_taken_off_what_is_negative(self) -> None:
        found = totals([line(-500), line(200)], percent("50"), fixed(100))
        assert (found.discount_total, found.total) == (0, -300)

    def test_a_deduction_lowers_its_part_of_coupon_and_tax(self) -> None:
        found = totals([line(1000, "vat19"), line(-200, "vat19")], percent("10"))
        assert found.line_discounts == [100, -20]
        assert found.line_taxes == [171, -34]  # 136.8 → 137
        assert (found.tax_total, found.total) == (137, 857)

    def test_lines_that_cancel_out_keep_their_taxes(self) -> None:
        found = totals([line(1000, "vat19"), line(-1000, "vat19")])
        assert found.line_taxes == [190, -190]
        assert (found.tax_total, found.total) == (0, 0)

    def test_a_zero_rate_is_named(self) -> None:
        found = totals([line(1000, "zero")])
        assert (found.tax_total, found.taxes[0]["taxable_amount"]) == (0, 1000)

    @pytest.mark.parametrize("tax_exempt", ["exempt", "reverse"])
    def test_who_pays_no_tax_has_none(self, tax_exempt: str) -> None:
        found = totals([line(1000, "vat19"), line(1190, "in19")], tax_exempt=tax_exempt)
        assert (found.taxes, found.tax_total, found.total) == ([], 0, 2190)

    def test_a_rate_that_is_not_there_is_refused_by_name(self) -> None:
        with pytest.raises(TaxRateMissing, match="txr_gone"):
            totals([line(1000, "txr_gone")])

    def test_a_rate_named_twice_counts_once(self) -> None:
        assert totals([line(1000, "vat19", "vat19")]).tax_total == 190

    def test_what_is_written_into_the_rows(self) -> None:
        lines, invoice = [line(1000, "vat19"), line(500)], {"customer_id": "cus_1"}
        apply_totals(invoice, lines, totals(lines, fixed(300)))
        assert {name: invoice[name] for name in ("subtotal", "discount_total", "tax_total")} == {
            "subtotal": 1500,
            "discount_total": 300,
            "tax_total": 152,
        }
        assert invoice["total"] == invoice["amount"] == 1352
        assert [row["discount_amount"] for row in lines] == [200, 100]
        assert [row["tax_amount"] for row in lines] == [152, 0]


# Amounts as they are in currencies of 0, 2 and 3 decimals: small, everyday, large.
amounts = st.one_of(*(st.integers(0, 10**digits) for digits in (2, 5, 9)))
signed = st.one_of(amounts, amounts.map(lambda amount: -amount))
rates = st.lists(st.sampled_from(sorted(RATES)), max_size=4, unique=True)


def lines_of(values: st.SearchStrategy[int], ids: Any = rates) -> st.SearchStrategy[list[Row]]:
    one = st.builds(
        lambda amount, names, discountable: line(amount, *names, discountable=discountable),
        values,
        ids,
        st.booleans(),
    )
    return st.lists(one, min_size=1, max_size=12)


percents = st.decimals(0, 100, places=2).map(lambda value: percent(f"{value:f}"))
coupons = st.lists(st.one_of(percents, amounts.map(fixed)), max_size=3)


class TestProperties:
    @given(lines_of(signed), coupons)
    def test_parts_sum_to_the_whole(self, lines: list[Row], discounts: list[Row]) -> None:
        found = totals(lines, *discounts)
        assert found.subtotal == sum(row["amount"] for row in lines)
        assert sum(found.line_discounts) == found.discount_total
        assert sum(row["amount"] for row in found.discounts) == found.discount_total
        assert sum(found.line_taxes) == found.tax_total
        assert sum(row["amount"] for row in found.taxes) == found.tax_total
        exclusive = sum(row["amount"] for row in found.taxes if not row["inclusive"])
        assert found.exclusive_tax == exclusive
        assert found.total == found.subtotal - found.discount_total + exclusive

    @given(lines_of(amounts), coupons)
    def test_no_line_is_discounted_below_zero(self, lines: list[Row], discounts: list[Row]) -> None:
        found = totals(lines, *discounts)
        for row, off in zip(lines, found.line_discounts, strict=True):
            assert 0 <= off <= (row["amount"] if row.get("discountable", True) else 0)

    @given(lines_of(signed), amounts)
    def test_a_fixed_coupon_takes_all_that_it_can_and_nothing_more(
        self, lines: list[Row], amount_off: int
    ) -> None:
        base = sum(row["amount"] for row in lines if row.get("discountable", True))
        assert totals(lines, fixed(amount_off)).discount_total == max(0, min(base, amount_off))

    @given(lines_of(signed), coupons)
    def test_each_exclusive_rate_is_the_rounded_share_of_its_taxable_amount(
        self, lines: list[Row], discounts: list[Row]
    ) -> None:
        for row in totals(lines, *discounts).taxes:
            if not row["inclusive"]:
                exact = Decimal(row["taxable_amount"]) * Decimal(row["percentage"]) / 100
                assert row["amount"] == round_amount(exact)

    @given(lines_of(signed, st.just(["in19"])), coupons)
    def test_inclusive_net_and_tax_are_the_gross(
        self, lines: list[Row], discounts: list[Row]
    ) -> None:
        found = totals(lines, *discounts)
        (tax,) = found.taxes
        assert found.total == found.subtotal - found.discount_total
        assert tax["taxable_amount"] + tax["amount"] == found.total
        assert tax["amount"] == round_amount(Decimal(found.total) * 19 / 119)

    @given(lines_of(signed, st.lists(st.sampled_from(EXCLUSIVE), max_size=2)), coupons)
    def test_each_lines_tax_is_within_a_unit_a_rate_of_its_own(
        self, lines: list[Row], discounts: list[Row]
    ) -> None:
        found = totals(lines, *discounts)
        columns = (lines, found.line_discounts, found.line_taxes)
        for row, off, tax in zip(*columns, strict=True):
            names = set(row["tax_rate_ids"])
            share = sum((Decimal(RATES[name]["percentage"]) for name in names), Decimal(0))
            assert abs(tax - (row["amount"] - off) * share / 100) < max(len(names), 1)

    @given(lines_of(signed, st.lists(st.sampled_from(EXCLUSIVE), max_size=2)))
    def test_a_negated_invoice_has_the_negated_totals(self, lines: list[Row]) -> None:
        negated = [{**row, "amount": -row["amount"]} for row in lines]
        assert totals(negated).total == -totals(lines).total
