"""How a user looks, and what a list of them can be filtered by."""

from typing import Annotated, Literal

from pydantic import Field

from api.query import CreatedFilter, PageQuery, Search
from api.shape import Id, Instant, Shape
from billing.inputs import ObjectId
from billing.users.inputs import CustomerRole, Role, Status


class User(Shape):
    """Somebody who signs in."""

    id: Id
    object: Literal["user"]
    email: str
    name: str
    role: Role
    customer_id: Id | None
    """The customer that a user of role `customer` belongs to."""
    customer_role: CustomerRole | None
    """What such a user may do on the customer's own pages: an `owner` acts, a `viewer` looks."""
    scopes: list[str]
    status: Status
    """Who is `invited` cannot sign in before they accept."""
    has_second_factor: bool
    """Whether a code is asked for after the password."""
    last_login_at: Instant | None
    created_at: Instant
    updated_at: Instant


class UserQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    role: Role | None = None
    status: Status | None = None
    customer_id: ObjectId | None = None
    email: Annotated[Search, Field(min_length=1)] | None = None
    q: Search | None = None
    """Beginnings of words of name or email."""
    sort: Literal["created_at", "-created_at", "email", "-email"] = "-created_at"
