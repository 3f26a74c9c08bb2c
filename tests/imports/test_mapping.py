"""A mapping file is judged as a whole before any row is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing.imports.errors import MappingInvalid
from billing.imports.load_mapping import (
    built_in_mappings,
    is_of_invoices,
    load_invoices_mapping,
    load_mapping,
)
from billing.imports.mapping import NewPlan
from tests.imports.files import MAPPING, small_mapping, write_mapping


def test_an_unknown_name_lists_the_built_in_ones() -> None:
    known = r"no mapping telko: .*\(online-retail, telco\) or a TOML file"
    with pytest.raises(MappingInvalid, match=known):
        load_mapping("telko")


@pytest.mark.parametrize("name", built_in_mappings())
def test_every_built_in_mapping_is_valid_and_called_like_its_file(name: str) -> None:
    load = load_invoices_mapping if is_of_invoices(name) else load_mapping
    assert load(name).name == name


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "small"', "name = ", "cannot be read"),
        ('name = "small"', "", "name: is required"),
        ('email = { column = "mail" }', "", "customer needs email"),
        ('start_date = { column = "since" }', "", "subscription needs start_date"),
        ("preferences.currency", "preferences.colour", "customer has no field preferences.colour"),
        ("price = { column", "prize = { column", "subscription has no field prize"),
        ("price = { column", "coupon = { column", "subscription has no field coupon"),
        ('{ column = "mail" }', '{ column = "mail", value = "x" }', "needs exactly one of column"),
        ('{ column = "mail" }', '{ colum = "mail" }', "email.colum must be a table such as"),
        ('{ column = "mail" }', '"mail"', "email must be a table such as"),
        ('{ column = "mail" }', '{ column = "mail", lower = true }', "is not a field here"),
        ('Units = "units"', 'Units = "unit"', r"names no plan of \[plans\]: \['unit'\]"),
        ('price = "30.00"', 'price = "30.005"', "price: must be a whole number"),
        ('price = "30.00"', 'price = "1e3"', "must be a number such as 29.85"),
        (
            'currency = "USD"\nbilling',
            'currency = "XXZ"\nbilling',
            r"plans\.basic\.currency: must be a three-letter ISO 4217 code such as USD\.$",
        ),
        ('name = "Basic"', "", r"not valid: plans\.basic\.name: is required\.$"),
        ('name = "Basic"', 'id = "x"', r"plans\.basic\.id: does not have the right form"),
        ('money = "major"', 'money = "cents"', "must be 'major' or 'minor'"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_named(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in MAPPING
    path = write_mapping(tmp_path, MAPPING.replace(old, new, 1))
    with pytest.raises(MappingInvalid, match=rf"(?s)mapping\.toml .*{said}"):
        load_mapping(str(path))


def test_prices_of_plans_are_exact_smallest_units(tmp_path: Path) -> None:
    plans = small_mapping(tmp_path).plans
    prices = {key: plan.price for key, plan in plans.items() if isinstance(plan, NewPlan)}
    assert prices == {"basic": 3000, "units": "0.25"}


def test_columns_are_those_of_all_sources_once(tmp_path: Path) -> None:
    columns = small_mapping(tmp_path).columns
    assert columns == ["id", "name", "mail", "plan", "price", "since", "left", "left_on"]
