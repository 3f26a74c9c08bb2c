"""Numbers are typed and shown as their reader writes them, and never read as others than meant."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_decimal, get_decimal_symbol
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from wtforms import Form

from billing.errors import Invalid
from billing.money import minor_digits, to_major
from portal.forms import MoneyField
from portal.forms.numbers import decimal_text, shown, whole_text

LOCALES = st.sampled_from(["en", "de", "de_AT", "de_CH"])
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF"])
APP = Flask(__name__)
AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("typed", "locale", "meant"),
    [
        ("25,00", "de", "25.00"),
        ("1.250,50", "de", "1250.50"),
        ("1.250.000", "de", "1250000"),
        ("1250", "de", "1250"),
        ("25.00", "de", "25.00"),
        ("1250.5", "de", "1250.5"),
        ("0.250", "de", "0.250"),
        ("1.2550", "de", "1.2550"),
        ("1,255", "de", "1.255"),
        ("-1.250,50", "de", "-1250.50"),
        ("\N{MINUS SIGN}5,5", "de", "-5.5"),
        (" +5,5 ", "de", "5.5"),
        ("1 250,50", "de", "1250.50"),
        ("1\u00a0250,50", "de", "1250.50"),
        ("1’250.50", "de_CH", "1250.50"),  # noqa: RUF001
        ("1,250.50", "en", "1250.50"),
        ("1,250", "en", "1250"),
        ("25.00", "en", "25.00"),
        ("1.255", "en", "1.255"),
        (".5", "en", "0.5"),
    ],
)
def test_the_readers_writing_and_the_plain_point_are_read(
    typed: str, locale: str, meant: str
) -> None:
    assert decimal_text(typed, locale) == meant


@pytest.mark.parametrize(
    ("typed", "locale", "ways"),
    [
        ("1.250", "de", "1250 or 1,25"),
        ("1.255", "de", "1255 or 1,255"),
        ("-999.000", "de", "-999000 or -999"),
        ("1,250", "de", "1250 or 1,25"),
        ("1.250", "en", "1250 or 1.25"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_with_both(
    typed: str, locale: str, ways: str
) -> None:
    with pytest.raises(Invalid, match=f"^can be read in two ways; write {ways}$"):
        decimal_text(typed, locale)


@pytest.mark.parametrize(
    ("typed", "locale"),
    [
        ("1,250.50", "de"), ("1.25.00", "de"), ("12.50,00", "de"), ("25,00", "en"),
        ("1.250,50", "en"), ("12,50.00", "en"), ("1e3", "en"), ("1_000", "en"), ("٣", "en"),
        ("", "de"), (",", "de"), ("--5", "de"), ("5-", "de"), ("5 €", "de"), ("1 25", "de"),
        ("NaN", "en"), ("9" * 41, "en"),
    ],
)  # fmt: skip
def test_all_else_is_no_number(typed: str, locale: str) -> None:
    with pytest.raises(Invalid, match="must be a number such as"):
        decimal_text(typed, locale)


def test_a_percentage_never_has_thousands() -> None:
    assert decimal_text("8,875", "de", parted=False) == "8.875"
    assert decimal_text("8.875", "de", parted=False) == "8.875"


def test_whole_numbers_take_the_marks_of_thousands_alone() -> None:
    assert whole_text("1.000", "de") == whole_text("1,000", "en") == "1000"
    for typed, locale in [("1.000", "en"), ("1,000", "de"), ("1.0", "de"), ("1_0", "en")]:
        with pytest.raises(Invalid, match="must be a whole number"):
            whole_text(typed, locale)


def read(typed: str, locale: str) -> Decimal | None:
    """None where it is refused."""
    try:
        return Decimal(decimal_text(typed, locale))
    except Invalid:
        return None


@given(LOCALES, st.decimals(-(10**15), 10**15, places=4))
def test_what_is_shown_is_read_back_as_the_same(locale: str, number: Decimal) -> None:
    assert read(shown(f"{number:f}", locale), locale) == number
    parted = format_decimal(number, locale=locale, decimal_quantization=False)
    assert read(parted, locale) in {number, None}


class Prices(Form):
    amount = MoneyField("Amount")
    price = MoneyField("Price", finer=True)


@given(LOCALES, CURRENCIES, AMOUNTS, st.integers(1, 9999))
def test_a_form_reads_back_the_amounts_that_it_shows(
    locale: str, currency: str, amount: int, fraction: int
) -> None:
    finer = f"{(amount + Decimal(fraction) / 10_000).normalize():f}"
    shown_to_them = {"amount": to_major(amount, currency), "price": to_major(finer, currency)}
    with APP.test_request_context(method="POST", data={"written_in": locale}):
        form = Prices(data=shown_to_them)
        read = {field.name: field.value(currency) for field in form}  # type: ignore[attr-defined]
    assert read["amount"] == amount
    assert Decimal(read["price"]) == Decimal(finer)


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
@given(LOCALES, st.integers(1, 999), st.integers(0, 999))
def test_no_thousand_becomes_a_few(currency: str, locale: str, few: int, rest: int) -> None:
    """Whichever mark it is written with: it is those thousands, exact, or refused."""
    for mark in (".", ","):
        with APP.test_request_context(method="POST", data={"written_in": locale}):
            form = Prices(data={})
            form.amount.data = f"{few}{mark}{rest:03}"
            try:
                read = form.amount.value(currency)
            except Invalid:
                continue
        meant = Decimal(few * 1000 + rest).scaleb(minor_digits(currency))
        is_decimals = currency == "KWD" and mark == get_decimal_symbol(locale)
        assert read == (few * 1000 + rest if is_decimals else meant)
