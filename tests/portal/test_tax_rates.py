"""Tax rates in the browser."""

from __future__ import annotations

from billing.customers.queries import get_customer
from billing.taxes.queries import get_tax_rate, list_tax_rates
from billing.taxes.save_tax_rate import archive_tax_rate
from tests.factories import create_customer, create_tax_rate
from tests.portal.page_client import PageClient

TYPED = {"name": "VAT", "percentage": "8.875", "country": "US", "state": "NY"}


def test_a_rate_is_typed_once(admin: PageClient) -> None:
    seen = admin.submit("/tax-rates/new", **TYPED)
    rate = get_tax_rate(seen.to.rpartition("/")[2])
    assert (rate.percentage, rate.inclusive, rate.country, rate.state) == (
        "8.875", False, "US", "NY",
    )  # fmt: skip
    page = admin.follow(seen)
    assert page.title == "VAT 8.875 %"
    assert "100.00 becomes 108.88" in page.text
    edit = admin.get(f"{seen.to}/edit")
    assert "percentage" not in edit.values()
    admin.follow(admin.send(edit, name="Sales tax"))
    assert get_tax_rate(rate.id).name == "Sales tax"


def test_an_inclusive_rate_is_ticked(admin: PageClient) -> None:
    seen = admin.submit("/tax-rates/new", name="VAT", percentage="19", inclusive="y")
    assert get_tax_rate(seen.to.rpartition("/")[2]).inclusive
    assert "of which 15.97 is tax" in admin.follow(seen).text
    assert "Contains it" in admin.get("/tax-rates").text


def test_what_is_wrong_is_said_beside_the_field(admin: PageClient) -> None:
    seen = admin.submit("/tax-rates/new", name="", percentage="19 %")
    assert seen.status == 422
    assert seen.error_of("name")
    assert seen.error_of("percentage")
    assert seen.values()["percentage"] == "19 %"
    assert list_tax_rates().total == 0


def test_a_rate_is_archived_after_asking(admin: PageClient) -> None:
    rate = create_tax_rate()
    page = admin.get(f"/tax-rates/{rate.id}/archive")
    assert page.title == "Archive VAT 19 %?"
    admin.follow(admin.send(page))
    assert get_tax_rate(rate.id).is_archived
    seen = admin.submit(f"/tax-rates/{rate.id}/archive")
    assert seen.status == 409
    assert "archived already" in seen.alerts()


def test_a_customers_rates_are_ticked_and_archived_ones_stay(admin: PageClient) -> None:
    old, new, customer = create_tax_rate(), create_tax_rate(percentage="7"), create_customer()
    path = f"/customers/{customer.id}/edit"
    admin.follow(admin.submit(path, tax_rate_ids=old.id))
    assert list(get_customer(customer.id).tax_rate_ids) == [old.id]
    assert f"/tax-rates/{old.id}" in admin.get(f"/customers/{customer.id}").links()
    archive_tax_rate(old.id)
    page = admin.get(path)
    assert page.values().getlist("tax_rate_ids") == [old.id]
    assert "VAT 19 % (archived)" in page.text
    admin.follow(admin.send(page, name="Still"))
    assert list(get_customer(customer.id).tax_rate_ids) == [old.id]
    admin.follow(admin.submit(path, tax_rate_ids=new.id))
    assert list(get_customer(customer.id).tax_rate_ids) == [new.id]
    assert "(archived)" not in admin.get(path).text
    admin.follow(admin.submit(path, tax_rate_ids=None))
    assert list(get_customer(customer.id).tax_rate_ids) == []


def test_a_rate_that_nobody_offered_is_refused(admin: PageClient) -> None:
    create_tax_rate()
    seen = admin.submit(f"/customers/{create_customer().id}/edit", tax_rate_ids=f"txr_{'0' * 26}")
    assert seen.status == 422
    assert "There is no tax rate" in seen.text


def test_where_there_are_no_rates_none_are_asked_for(admin: PageClient) -> None:
    assert "Tax rates" not in admin.get(f"/customers/{create_customer().id}/edit").text
