"""The authorization server: Authlib's, without a web framework, on our storage.

Both edges speak to it: the API with the token endpoints, the portal with the page of consent.
"""

import base64
import binascii
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import unquote_plus, urlencode

from authlib.oauth2 import AuthorizationServer, OAuth2Error
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    UnsupportedResponseTypeError,
)

from billing.oauth.grants import AuthorizationCode, ClientCredentials, ProofKey
from billing.oauth.known_client import KnownClient
from billing.oauth.queries import find_active_client
from billing.oauth.received import LibraryRequest, Received, Reply
from billing.oauth.refreshing import RefreshToken
from billing.oauth.token_endpoints import Introspection, Revocation
from billing.security_log import security_event
from billing.settings import Settings
from billing.transactions import in_transaction
from billing.users.errors import InvalidToken
from billing.users.permissions import CLIENT_SCOPES
from billing.users.tokens import Tokens

_Query = Callable[[str], KnownClient | None]

_UNPROVEN = "There is no such client, or it proves who it is in another way."
_CLIENT_ID = re.compile(r"cli_[0-9A-Z]{26}")


@cache
def server_of(settings: Settings) -> "Server":
    """The authorization server of an installation."""
    return Server(Tokens(settings.jwt_secret, settings.public_url, settings.jwt_secret_other))


class Server(AuthorizationServer):
    """Answers token, revocation and introspection requests, and reads requests for consent."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(scopes_supported=CLIENT_SCOPES)
        self.tokens = tokens
        self.register_grant(ClientCredentials)
        self.register_grant(AuthorizationCode, [ProofKey()])
        self.register_grant(RefreshToken)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)
        self.register_client_auth_method("client_secret_basic", _by_basic)

    def token(self, received: Received) -> Reply:
        """Tokens for who may have them. Source: RFC 6749 §3.2."""
        return self._answer(lambda: self.create_token_response(received))

    def revocation(self, received: Received) -> Reply:
        """Ends a token and what was given with it. Source: RFC 7009."""
        return self._answer(lambda: self.create_endpoint_response("revocation", received))

    def introspection(self, received: Received) -> Reply:
        """What a token is good for. Source: RFC 7662."""
        return self._answer(lambda: self.create_endpoint_response("introspection", received))

    def _answer(self, work: Callable[[], Reply]) -> Reply:
        """In one transaction, which a refusal that is answered ends well, and another undoes."""
        try:
            return in_transaction(work)
        except OAuth2Error as error:
            return self.handle_error_response(None, error)
        except InvalidToken as error:
            return self.handle_error_response(None, InvalidGrantError(error.message))

    # What follows is asked by the library.

    def query_client(self, client_id: str) -> KnownClient | None:
        client = find_active_client(client_id) if _CLIENT_ID.fullmatch(client_id) else None
        return KnownClient(client) if client else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """It was stored when it was made."""

    def create_oauth2_request(self, request: Received | LibraryRequest) -> LibraryRequest:
        return request if isinstance(request, LibraryRequest) else LibraryRequest(request)

    def get_token_grant(self, request: Any) -> Any:
        if not request.payload.grant_type:
            raise InvalidRequestError("The parameter grant_type is missing.")
        return super().get_token_grant(request)

    def get_authorization_grant(self, request: Any) -> Any:
        """The library's own refusal of other response types mistakes its arguments."""
        asked = request.payload.response_type
        if not asked:
            text = "The parameter response_type is missing."
            raise InvalidRequestError(text, redirect_uri=self._way_back(request))
        if asked != "code":
            raise UnsupportedResponseTypeError(asked, redirect_uri=self._way_back(request))
        return super().get_authorization_grant(request)

    def _way_back(self, request: Any) -> str | None:
        client = self.query_client(request.payload.client_id or "")
        if client is None:
            return None
        try:
            return AuthorizationCode.validate_authorization_redirect_uri(request, client)
        except InvalidRequestError:
            return None

    def send_signal(self, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, payload: Any, headers: Any) -> Reply:
        """Every redirect says whose it is (RFC 9207), those with an error too."""
        found = dict(headers)
        if location := found.get("Location"):
            issuer = urlencode({"iss": self.tokens.issuer})
            found["Location"] = f"{location}{'&' if '?' in location else '?'}{issuer}"
        return Reply(status, payload or {}, found)

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Reply:
        """One answer for every client that fails to prove who it is, whatever is wrong with it."""
        if isinstance(error, InvalidClientError | InvalidGrantError):
            security_event("client.refused", reason=error.error)
        reply: Reply = super().handle_error_response(request, error)
        if request is None or not isinstance(error, InvalidClientError):
            return reply
        body = {"error": error.error, "error_description": _UNPROVEN}
        return Reply(401, body, {**reply.headers, "WWW-Authenticate": 'Basic realm="duebill"'})


def _by_basic(query_client: _Query, request: Any) -> KnownClient | None:
    """RFC 6749 §2.3.1. The library's own fails on bytes that are no text."""
    scheme, _, encoded = request.authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    if "client_secret" in request.form:
        raise InvalidRequestError("The client must prove who it is in one way, not in two.")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    client_id, _, secret = (unquote_plus(part) for part in text.partition(":"))
    client = query_client(client_id)
    return client if client and client.check_client_secret(secret) else None
