"""Postal addresses, of customers and of the seller."""

from typing import Annotated

from pydantic import Field

from billing.database import Row
from billing.inputs import Input, Line


class AddressInput(Input):
    """A postal address."""

    line1: Line | None = None
    line2: Line | None = None
    city: Line | None = None
    state: Line | None = None
    postal_code: Annotated[Line, Field(max_length=20)] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166-1 alpha-2, such as DE."""


def address_view(address: Row | None) -> dict[str, str | None] | None:
    """Every part of an address, absent ones as null."""
    if not address:
        return None
    get = address.get
    return {
        "line1": get("line1"),
        "line2": get("line2"),
        "city": get("city"),
        "state": get("state"),
        "postal_code": get("postal_code"),
        "country": get("country"),
    }
