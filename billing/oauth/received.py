"""Requests to the endpoints of OAuth, and replies, whichever framework carries them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.base import invalid_error_characters
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

# The library writes these into its own error texts, which take no quotes and no backslashes.
_PLAIN = ("client_id", "response_type", "grant_type", "redirect_uri", "scope")


@dataclass(frozen=True, slots=True)
class Received:
    """A request: its parameters as they came, and its Authorization header."""

    url: str
    parameters: Iterable[tuple[str, str]]
    authorization: str = field(default="", repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: a JSON object, or an address to send the browser to."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")


class LibraryRequest(OAuth2Request):
    """A request as Authlib wants one. Raises OAuth2Error for what RFC 6749 §3 forbids.

    `allowed` are the scopes that a person agreed to, where one was asked.
    """

    def __init__(self, received: Received, allowed: Collection[str] | None = None) -> None:
        super().__init__(received.method, received.url)
        self.allowed = allowed
        self.authorization = received.authorization
        self.values = _values(received.parameters)
        self.payload = BasicOAuth2Payload(self.values)

    @property
    def args(self) -> dict[str, str]:
        return self.values

    @property
    def form(self) -> dict[str, str]:
        return self.values


def _values(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each parameter once; one without a value counts as absent."""
    values: dict[str, str] = {}
    for name, value in parameters:
        if name in values:
            raise InvalidRequestError("A parameter is given more than once.")
        values[name] = value
    for name in _PLAIN:
        if invalid_error_characters(values.get(name, "")):
            raise InvalidRequestError(f"The parameter {name} has characters that are not allowed.")
    state = values.get("state", "")
    if not (state.isascii() and state.isprintable()):
        raise InvalidRequestError("The parameter state must be printable ASCII.")
    return {name: value for name, value in values.items() if value}
