"""The seller's name, logo and colour on the pages that customers see.

The policy of pages allows no style but that of sheets, so the colour comes as a sheet of its own.
"""

from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, Flask, Response, g, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from mongoengine.connection import ConnectionFailure
from mongoengine.errors import MongoEngineException
from pymongo.errors import PyMongoError

from billing.seller import Seller, known_seller
from billing.seller.colours import channels, contrast, mixed, readable_against, readable_on
from billing.seller.models import DEFAULT_SELLER, settings_row
from portal.access import public

_SHOWN: tuple[Literal["name", "logo", "brand_color"], ...] = ("name", "logo", "brand_color")
_LIGHT = ("#ffffff", "#f6f7f9")
_DARK = ("#191f27", "#12161c")
_THEME = """\
{selector} {{
  --tblr-primary: {main}; --tblr-primary-rgb: {main_rgb}; --tblr-primary-fg: {on_main};
  --tblr-link-color: {link}; --tblr-link-color-rgb: {link_rgb};
  --tblr-link-hover-color: {hover}; --tblr-link-hover-color-rgb: {hover_rgb};
  --focus: {link}; --accent-soft: {soft}; --brand-hover: {pressed};
}}
"""
_BUTTON = ".btn-primary:hover, .btn-primary:focus { background: var(--brand-hover); }\n"


@dataclass(frozen=True, slots=True)
class Brand:
    """Addresses are None where the seller chose nothing."""

    name: str
    logo: str | None
    sheet: str | None


def init_app(app: Flask) -> None:
    """Give templates `brand()`."""
    app.add_template_global(brand)


def add_to(blueprint: Blueprint) -> None:
    """Put the sheet on the feature's blueprint."""
    blueprint.add_url_rule("/brand.css", "brand", sheet)


def brand() -> Brand | None:
    """What customers' pages and the ways in show; None for staff, and before anything is set."""
    if "brand" not in g:
        g.brand = None if current_user.is_authenticated and current_user.is_staff else _brand()
    found: Brand | None = g.brand
    return found


def _brand() -> Brand | None:
    try:
        seller = known_seller()
    except (PyMongoError, MongoEngineException, ConnectionFailure):
        return None  # the page may say that, or need nothing of the database
    if all(seller[name] == DEFAULT_SELLER[name] for name in _SHOWN):
        return None
    return Brand(seller["name"], _logo(seller), _sheet(seller))


def _logo(seller: Seller) -> str | None:
    return url_for("seller.picture", logo_id=seller["logo"]) if seller["logo"] else None


def _sheet(seller: Seller) -> str | None:
    colour = seller["brand_color"]
    return url_for("seller.brand", v=colour.removeprefix("#")) if colour else None


@public
def sheet() -> ResponseReturnValue:
    """The colour that is set now; its address changes with it."""
    colour = settings_row()["brand_color"]
    told = style_of(colour) if colour else ""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(told, content_type="text/css; charset=utf-8", headers=headers)


def style_of(colour: str) -> str:
    """What the colour makes of both themes. Text has a contrast of 4.5 and more everywhere."""
    light = _theme(':root, [data-bs-theme="light"]', colour, _LIGHT, 0.1)
    return light + _theme('[data-bs-theme="dark"]', colour, _DARK, 0.25) + _BUTTON


def _theme(selector: str, colour: str, grounds: tuple[str, str], soft: float) -> str:
    ink, link = readable_on(grounds[0]), readable_against(colour, *grounds)
    # A button that can hardly be told from the page takes the colour of links.
    main = colour if contrast(colour, grounds[0]) >= 3 else link
    hover = mixed(link, ink, 0.3)
    return _THEME.format(
        selector=selector,
        main=main,
        main_rgb=_rgb(main),
        on_main=readable_on(main),
        link=link,
        link_rgb=_rgb(link),
        hover=hover,
        hover_rgb=_rgb(hover),
        soft=mixed(grounds[0], link, soft),
        pressed=mixed(main, "#000000" if readable_on(main) == "#ffffff" else "#ffffff", 0.14),
    )


def _rgb(colour: str) -> str:
    return ", ".join(str(channel) for channel in channels(colour))
