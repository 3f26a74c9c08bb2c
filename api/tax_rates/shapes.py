"""How a tax rate looks, and what a list of them can be filtered by."""

from typing import Annotated, Literal

from pydantic import Field

from api.query import CreatedFilter, PageQuery, Search
from api.shape import Id, Instant, Shape


class TaxRate(Shape):
    """What invoice lines can be taxed with."""

    id: Id
    object: Literal["tax_rate"]
    name: str
    percentage: str
    """Decimal text such as "19" or "8.875"; it never changes."""
    inclusive: bool
    """Whether prices contain it; it never changes."""
    country: str | None
    """ISO 3166-1 alpha-2."""
    state: str | None
    status: Literal["active", "archived"]
    created_at: Instant
    updated_at: Instant


class TaxRateQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: Literal["active", "archived"] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    q: Search | None = None
    """Beginnings of words of name, country or state; or an id."""
    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"
