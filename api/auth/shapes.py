"""What signing in takes and gives."""

from typing import Annotated, Literal

from pydantic import Field

from api.shape import Shape
from billing.inputs import Input


class LoginInput(Input):
    """Email and password, as for the portal's own sign-in."""

    email: Annotated[str, Field(min_length=1, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=1024, repr=False)]
    otp: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(default=None, repr=False)
    """The code of the second factor, where one is set up: six digits, or a recovery code."""


class RefreshInput(Input):
    """A refresh token, which works once."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=200, repr=False)]


class TokenPair(Shape):
    """A sign-in."""

    access_token: str
    """Send it as `Authorization: Bearer …`."""
    token_type: Literal["Bearer"]
    expires_in: int
    """Seconds that the access token lives."""
    refresh_token: str
    """Gives the next pair, once; a second use ends the sign-in."""
    scope: str
    """What the access token allows, separated by spaces."""
