"""The settings in the browser: admins only."""

from __future__ import annotations

from io import BytesIO

import pytest

from billing.seller import current_seller
from billing.seller.inputs import SettingsInput
from billing.seller.logos import save_logo
from billing.seller.save_settings import save_settings
from billing.taxes.save_tax_rate import archive_tax_rate
from tests.billing.seller.pictures import png
from tests.factories import create_customer, create_invoice, create_tax_rate
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_only_admins_look_after_the_settings(visiting_as: Visitor, role: str) -> None:
    visitor = visiting_as(role)
    for path in ("/settings", "/settings/edit", "/settings/logo/remove"):
        assert visitor.get(path).status == 403
    assert "/settings" not in visitor.get("/").links()


def test_the_form_saves_what_is_typed(admin: PageClient) -> None:
    typed = {
        "name": "Northlight GmbH",
        "address-city": "Hamburg",
        "number_reset": "never",
        "dunning-days": "2, 9",
        "dunning-final_action": "cancel",
        "change_defaults-downgrade": "none",
    }
    seen = admin.follow(admin.submit("/settings/edit", **typed))
    assert "The settings are saved." in seen.html
    assert "INV-000042" in seen.text
    assert "2, 9 days after the due date" in seen.text
    seller = current_seller()
    assert seller["address"]["city"] == "Hamburg"
    assert seller["dunning"] == {"days": [2, 9], "final_action": "cancel", "automatic": True}
    assert seller["change_defaults"]["downgrade"] == "none"
    assert admin.get("/settings/edit").values()["dunning-days"] == "2, 9"


def test_no_days_are_no_dunning(admin: PageClient) -> None:
    admin.follow(admin.submit("/settings/edit", **{"dunning-days": ""}))
    assert current_seller()["dunning"]["days"] == []


def test_what_is_wrong_is_said_beside_its_field(admin: PageClient) -> None:
    typed = {"invoice_prefix": "ab", "dunning-days": "2, soon", "timezone": "Moon"}
    seen = admin.submit("/settings/edit", **typed)
    assert seen.status == 422
    assert "form" in seen.error_of("invoice_prefix")
    assert "whole number" in seen.error_of("dunning-days")
    assert "time zone" in seen.error_of("timezone")
    assert seen.values()["dunning-days"] == "2, soon"


def test_default_rates_are_ticked(admin: PageClient) -> None:
    rate = create_tax_rate().id
    admin.follow(admin.submit("/settings/edit", default_tax_rate_ids=rate))
    assert current_seller()["default_tax_rate_ids"] == [rate]
    assert "VAT 19 %" in admin.get("/settings").text
    archive_tax_rate(rate)
    assert admin.get("/settings/edit").values()["default_tax_rate_ids"] == rate
    admin.follow(admin.submit("/settings/edit", name="Renamed"))
    assert current_seller()["default_tax_rate_ids"] == [rate]
    admin.follow(admin.submit("/settings/edit", default_tax_rate_ids=None))
    assert current_seller()["default_tax_rate_ids"] == []


def test_the_second_of_two_editors_is_told(admin: PageClient) -> None:
    opened = admin.get("/settings/edit")
    save_settings(SettingsInput(name="Changed meanwhile"))
    seen = admin.send(opened, name="Mine")
    assert seen.status == 409
    assert "Changed meanwhile" in seen.alerts()
    assert current_seller()["name"] == "Changed meanwhile"


def test_a_logo_is_uploaded_shown_on_invoices_and_removed(
    admin: PageClient, visiting_as: Visitor
) -> None:
    seen = admin.submit("/settings", "/settings/logo", logo=(BytesIO(png()), "logo.png"))
    assert "on all new invoices" in admin.follow(seen).html
    address = f"/settings/logos/{current_seller()['logo']}"
    customer = create_customer()
    invoice = create_invoice(customer=customer)
    buyer = visiting_as("customer", customer_id=customer.id)
    assert address in buyer.get(f"/account/invoices/{invoice.id}").html
    answer = buyer.browser.get(address)
    assert (answer.data, answer.mimetype) == (png(), "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    admin.follow(admin.submit("/settings/logo/remove"))
    assert current_seller()["logo"] is None
    assert address in admin.get(f"/invoices/{invoice.id}").html


@pytest.mark.parametrize("content", [b"<svg/>", b""])
def test_what_is_no_picture_is_refused(admin: PageClient, content: bytes) -> None:
    seen = admin.submit("/settings", "/settings/logo", logo=(BytesIO(content), "logo.png"))
    assert seen.status == 422
    assert "PNG or JPEG" in seen.error_of("logo")


def test_without_signing_in_the_present_logo_is_seen_and_no_other(anonymous: PageClient) -> None:
    past, present = save_logo(png())["logo"], save_logo(png(3))["logo"]
    assert anonymous.browser.get(f"/settings/logos/{present}").data == png(3)
    for logo in (past, "nowhere"):
        assert anonymous.get(f"/settings/logos/{logo}").status == 303


def test_a_new_customers_form_begins_with_the_sellers_defaults(admin: PageClient) -> None:
    save_settings(SettingsInput(name="D", timezone="Europe/Berlin", payment_terms_days=30))
    typed = admin.get("/customers/new").values()
    assert typed["preferences-timezone"] == "Europe/Berlin"
    assert typed["preferences-payment_terms_days"] == "30"
