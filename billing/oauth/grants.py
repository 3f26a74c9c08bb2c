"""The three ways to a token, by Authlib's rules and our storage.

The library asks, decides and stores in separate steps. All of them run in one transaction (see
server.py), and what is asked is written to, so that of two requests at once one is done again and
sees what the other did. Refusals are answers here: what a refusal revokes stays revoked.
"""

import re
from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin, grants
from authlib.oauth2.rfc6749.errors import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
)
from authlib.oauth2.rfc7636 import CodeChallenge

from billing.database import Row
from billing.oauth import codes
from billing.oauth.give import give_to_client, give_to_user, record_consent, record_reuse, renew
from billing.users import families
from billing.users.errors import InvalidToken
from billing.users.models import User
from billing.users.permissions import scopes_of

WITH_SECRET = ["client_secret_basic", "client_secret_post"]
ANY_CLIENT = [*WITH_SECRET, "none"]
_S256 = re.compile(r"[A-Za-z0-9_-]{43}")

Answer = dict[str, Any]


class ClientCredentials(grants.ClientCredentialsGrant):
    """A client acts for itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = WITH_SECRET

    def generate_token(self, user: Any = None, scope: str | None = None, **_: Any) -> Answer:
        allowed = self.client.get_allowed_scope(scope)
        if allowed is None:
            raise InvalidScopeError("The client may have none of these scopes.")
        return give_to_client(self.server.tokens, self.client.document, allowed.split())


class AuthorizationCode(grants.AuthorizationCodeGrant):
    """A client acts for a person who has agreed."""

    TOKEN_ENDPOINT_AUTH_METHODS = ANY_CLIENT

    @staticmethod
    def validate_authorization_redirect_uri(request: Any, client: Any) -> str:
        """Where to go back to; the refusal does not repeat an address that we do not trust."""
        asked = request.payload.redirect_uri
        if asked and not client.check_redirect_uri(asked):
            raise InvalidRequestError("The redirect_uri is not registered for this client.")
        found: str | None = asked or client.get_default_redirect_uri()
        if not found:
            raise InvalidRequestError("The redirect_uri is missing.")
        return found

    def generate_authorization_code(self) -> str:
        return codes.new_code()

    def save_authorization_code(self, code: str, request: Any) -> None:
        rights = scopes_of(request.user.role)
        granted = [scope for scope in request.scope.split() if scope in rights]
        if not granted:
            raise InvalidScopeError(
                "The user has none of these rights.", redirect_uri=self.redirect_uri
            )
        codes.keep_code(
            code,
            request.user,
            client_id=request.client.get_client_id(),
            redirect_uri=request.payload.redirect_uri,
            scopes=granted,
            code_challenge=request.payload.data["code_challenge"],
        )
        record_consent(request.client.document, granted)

    def query_authorization_code(self, code: str, client: Any) -> codes.Code | None:
        """None for every code that gives nothing; one that was used ends what it gave."""
        row = codes.find_code(code, client.get_client_id())
        if row is not None and row["family_id"]:
            families.revoke_family(row["family_id"])
            record_reuse(client.document, "code")
            return None
        return codes.Code(row) if row is not None and not codes.is_expired(row) else None

    def authenticate_user(self, code: codes.Code) -> User | None:
        families.hold_unchanged(code.row["user_id"], code.row["session_version"])
        found: User | None = User.objects(id=code.row["user_id"]).first()
        return found

    def generate_token(
        self, user: Any = None, scope: Any = None, include_refresh_token: bool = True, **_: Any
    ) -> Answer:
        row = self.request.authorization_code.row
        answer, family = give_to_user(
            self.server.tokens,
            self.client.document,
            user,
            row["scopes"],
            refreshable=include_refresh_token,
        )
        codes.use_code(row, family["_id"])
        return answer

    def delete_authorization_code(self, authorization_code: Any) -> None:
        """It is spent already."""


class ProofKey(CodeChallenge):
    """PKCE (RFC 7636) for every client, and by S256 only: RFC 9700 §2.1.1."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        given = grant.request.payload.data
        if given.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: code_challenge_method must be S256.")
        if not _S256.fullmatch(given.get("code_challenge", "")):
            raise InvalidRequestError("PKCE is required: code_challenge is missing or malformed.")


class RefreshToken(grants.RefreshTokenGrant):
    """A client goes on acting for a person; each refresh token works once."""

    TOKEN_ENDPOINT_AUTH_METHODS = ANY_CLIENT

    def authenticate_refresh_token(self, refresh_token: str) -> "Held | None":
        """None for every token that gives nothing; one that was used ends its family."""
        row = families.find_refresh_token(refresh_token)
        family = families.get_live_family(row["family_id"]) if row else {}
        if row is None or family.get("client_id") != self.client.get_client_id():
            return None
        if row["uses"]:
            families.revoke_family(family["_id"])
            record_reuse(self.client.document, "refresh token")
            return None
        return Held(row, family)

    def _validate_request_token(self, client: Any) -> Any:
        self.request.client = client  # the library sets it only after the token is found
        return super()._validate_request_token(client)

    def authenticate_user(self, held: "Held") -> User:
        user: User | None = User.objects(id=held.row["user_id"], status="active").first()
        if user is None:
            raise InvalidGrantError("The user is not active any more.")
        return user

    def issue_token(self, user: User, held: "Held") -> Answer:
        asked = (self.request.payload.scope or held.get_scope()).split()
        allowed = scopes_of(user.role) & set(self.client.document.scopes) & set(asked)
        if not allowed:
            raise InvalidScopeError("Nothing is left of what was granted.")
        if not families.spend(held.row):
            raise InvalidToken("The refresh token was used before.")
        return renew(self.server.tokens, held.family, user, allowed)

    def revoke_old_credential(self, refresh_token: Any) -> None:
        """It is spent already."""


class Held(TokenMixin):
    """A refresh token as Authlib asks about it."""

    def __init__(self, row: Row, family: Row) -> None:
        self.row, self.family = row, family

    def check_client(self, client: Any) -> bool:
        return bool(self.family["client_id"] == client.get_client_id())

    def get_scope(self) -> str:
        return " ".join(self.family["scopes"])
