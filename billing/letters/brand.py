"""How the seller looks in mails: name, address, colour and a small logo."""

import base64
import re
from dataclasses import dataclass

from billing.letters.plain import one_line
from billing.seller.colours import readable_on
from billing.seller.errors import LogoNotFound
from billing.seller.logos import get_logo
from billing.seller.models import Seller

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_USUAL = "#2563a8"
_LARGEST_LOGO = 64 * 1024  # it goes along with every mail


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture and its subtype, `png` or `jpeg`."""

    content: bytes
    subtype: str

    @property
    def data_url(self) -> str:
        """For a preview, which may load nothing."""
        return f"data:image/{self.subtype};base64,{base64.b64encode(self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Brand:
    """`colour` is `#rrggbb`, `on_colour` what is read well upon it, `lines` the sender's."""

    name: str
    colour: str
    on_colour: str
    lines: tuple[str, ...]
    logo: Logo | None


def brand_of(seller: Seller) -> Brand:
    """The brand that the settings describe."""
    chosen = str(seller["brand_color"] or "")
    colour = chosen if _COLOUR.fullmatch(chosen) else _USUAL
    address = seller["address"] or {}
    city = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    parts = (address.get("line1"), address.get("line2"), city, address.get("country"))
    where = ", ".join(filter(None, parts))
    name = one_line(seller["name"])
    lines = tuple(filter(None, (name, one_line(where))))
    return Brand(name, colour, readable_on(colour), lines, _logo(seller["logo"]))


def _logo(logo_id: str | None) -> Logo | None:
    try:
        content, content_type = get_logo(logo_id) if logo_id else (b"", "")
    except LogoNotFound:
        return None
    if not content or len(content) > _LARGEST_LOGO:
        return None
    return Logo(content, content_type.partition("/")[2])
