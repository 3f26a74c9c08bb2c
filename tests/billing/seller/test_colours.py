"""Any colour of a brand comes with colours that can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Invalid
from billing.inputs import parse
from billing.seller.colours import READABLE, contrast, mixed, readable_against, readable_on
from billing.seller.inputs import SettingsInput

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@given(COLOURS)
def test_black_or_white_is_readable_on_any_colour(colour: str) -> None:
    assert contrast(colour, readable_on(colour)) >= READABLE


@given(COLOURS)
def test_any_colour_becomes_readable_on_the_pages(colour: str) -> None:
    for grounds in (("#ffffff", "#f6f7f9"), ("#191f27", "#12161c")):
        text = readable_against(colour, *grounds)
        assert all(contrast(text, ground) >= READABLE for ground in grounds)
        if all(contrast(colour, ground) >= READABLE for ground in grounds):
            assert text == colour


def test_colours_mix() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert mixed("#1b6660", "#ffffff", 0) == "#1b6660"


@pytest.mark.parametrize("colour", ["red", "#12", "#1b66600", "#1b666g", "1b6660", "#fff;}"])
def test_only_a_colour_is_taken(colour: str) -> None:
    with pytest.raises(Invalid):
        parse(SettingsInput, {"name": "Duebill", "brand_color": colour})


def test_a_colour_is_kept_in_small_letters() -> None:
    found = parse(SettingsInput, {"name": "Duebill", "brand_color": "#1B66AF"})
    assert found.brand_color == "#1b66af"
