"""The logo: what counts as a picture, and that old invoices keep theirs."""

from __future__ import annotations

import pytest
from pymongo.database import Database

from billing.database import Row
from billing.errors import StaleRevision
from billing.seller import current_seller
from billing.seller.errors import LogoNotFound, LogoUnusable
from billing.seller.logos import MAX_BYTES, get_logo, remove_logo, save_logo
from billing.seller.pictures import picture_type
from tests.billing.seller.pictures import jpeg, png
from tests.factories import create_invoice

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def test_pictures_are_known_by_what_they_contain() -> None:
    assert picture_type(png()) == "image/png"
    assert picture_type(jpeg()) == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "PNG or JPEG"),
        (b"", "PNG or JPEG"),
        (b"GIF89a", "PNG or JPEG"),
        (png()[:18], "cut off"),
        (jpeg()[:8], "cut off"),
        (jpeg()[:2] + b"\xff\xe0\x00\x04ab" + b"nonsense", "damaged"),
        (png(width=2001), "2000 pixels"),
        (jpeg(height=0), "2000 pixels"),
    ],
)
def test_anything_else_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(LogoUnusable, match=said) as refused:
        picture_type(content)
    assert refused.value.field == "logo"


def test_a_picture_that_is_too_large_is_refused(db: Database[Row]) -> None:
    with pytest.raises(LogoUnusable, match="256 KiB"):
        save_logo(png() + b"\x00" * MAX_BYTES)
    assert current_seller()["logo"] is None


def test_the_logo_is_kept_and_told_of(db: Database[Row]) -> None:
    row = save_logo(png())
    assert get_logo(row["logo"]) == (png(), "image/png")
    event = db.events.find_one({"type": "settings.updated"})
    assert event is not None
    assert event["changes"] == {"logo": [None, row["logo"]]}


def test_invoices_keep_the_logo_they_were_issued_with(db: Database[Row]) -> None:
    first = save_logo(png())["logo"]
    invoice = create_invoice()
    save_logo(jpeg())
    assert invoice.seller["logo"] == first
    assert get_logo(first)[1] == "image/png"
    remove_logo()
    assert "logo" not in create_invoice().seller


def test_two_who_change_it_at_once_are_told(db: Database[Row]) -> None:
    seen = save_logo(png())["revision"]
    save_logo(jpeg(), seen)
    with pytest.raises(StaleRevision):
        remove_logo(seen)


def test_an_unknown_logo_is_not_found(db: Database[Row]) -> None:
    with pytest.raises(LogoNotFound):
        get_logo("0" * 32)
