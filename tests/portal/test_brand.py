"""The seller's name, logo and colour, where customers look."""

from __future__ import annotations

import re
from io import BytesIO

from billing.seller.colours import READABLE, contrast
from billing.seller.inputs import SettingsInput
from billing.seller.logos import save_logo
from billing.seller.save_settings import save_settings
from billing.users.models import User
from portal.seller.brand import style_of
from tests.billing.seller.pictures import png
from tests.factories import create_customer
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


def _brand(colour: str | None = "#ffcc00") -> None:
    save_settings(SettingsInput(name="Nordwind GmbH", brand_color=colour))


def test_customers_and_who_signs_in_see_the_sellers_brand(
    anonymous: PageClient, stranger: PageClient
) -> None:
    assert "Duebill" in anonymous.get("/sign-in").html
    _brand()
    logo = save_logo(png())["logo"]
    for seen in (anonymous.get("/sign-in"), stranger.get("/account")):
        assert f'src="/settings/logos/{logo}"' in seen.html
        assert "/settings/brand.css?v=ffcc00" in seen.html
        assert "<title>" in seen.html
        assert "· Nordwind GmbH</title>" in seen.html
        assert "Duebill" not in seen.html


def test_staff_keep_the_look_they_know(admin: PageClient) -> None:
    _brand()
    seen = admin.get("/")
    assert "brand.css" not in seen.html
    assert "· Duebill</title>" in seen.html


def test_the_logo_and_the_sheet_are_for_everybody_and_do_nothing(anonymous: PageClient) -> None:
    _brand()
    logo = save_logo(png())["logo"]
    picture = anonymous.browser.get(f"/settings/logos/{logo}")
    assert picture.mimetype == "image/png"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    sheet = anonymous.browser.get("/settings/brand.css")
    assert sheet.mimetype == "text/css"
    assert "--tblr-primary" in sheet.get_data(as_text=True)
    assert anonymous.get("/settings").status == 303
    _brand(None)
    assert anonymous.browser.get("/settings/brand.css").get_data() == b""
    assert "brand.css" not in anonymous.get("/sign-in").html


def test_text_in_any_brands_colours_can_be_read() -> None:
    grounds = {":root": "#ffffff", '[data-bs-theme="dark"]': "#191f27"}
    for colour in ("#ffcc00", "#000000", "#ffffff", "#1b6660", "#777777", "#ff0000", "#0000ff"):
        for block in style_of(colour).split("}\n")[:2]:
            found = dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", block))
            ground = grounds[block.split(",")[0].split(" {")[0]]
            pairs = [
                (found["--tblr-primary"], found["--tblr-primary-fg"]),
                (found["--brand-hover"], found["--tblr-primary-fg"]),
                (found["--tblr-link-color"], ground),
                (found["--tblr-link-hover-color"], ground),
            ]
            for one, other in pairs:
                assert contrast(one, other) >= READABLE, (colour, one, other)


def test_the_colour_is_set_in_the_settings(admin: PageClient) -> None:
    seen = admin.submit("/settings/edit", name="Nordwind", brand_color="yellow")
    assert seen.error_of("brand_color")
    admin.submit("/settings/edit", name="Nordwind", brand_color="#FFCC00")
    assert "#ffcc00" in admin.get("/settings").text


def test_a_picture_that_is_none_is_refused(admin: PageClient) -> None:
    page = admin.get("/settings")
    for content in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b""):
        data = page.values("/settings/logo")
        data["logo"] = (BytesIO(content), "logo.png")  # type: ignore[assignment]
        assert admin.post("/settings/logo", data).status == 422


def test_a_customers_page_tells_owner_from_viewer(visiting_as: Visitor) -> None:
    customer = create_customer()
    person = visiting_as("customer", customer_id=customer.id)
    assert ">Owner</span>" in person.get("/account").html
    User.objects(customer_id=customer.id).update(set__customer_role="viewer")
    assert ">Viewer</span>" in person.get("/account").html
