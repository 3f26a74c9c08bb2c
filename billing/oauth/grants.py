"""The two ways to a first token, by Authlib's rules and our storage.

The library asks, decides and stores in separate steps. All of them run in one transaction (see
server.py), and what is asked is written to, so that of two requests at once one is done again and
sees what the other did. Refusals are answers here: what a refusal revokes stays revoked.
"""

import re
from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc7636 import CodeChallenge

from billing.oauth import codes
from billing.oauth.give import give_to_client, give_to_user, record_consent, record_reuse
from billing.phrases import Phrase
from billing.users import families
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
        rights = scopes_of(request.user.role) & set(request.allowed)
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
            record_reuse(client.document, Phrase("A code was used twice."))
            return None
        return codes.Code(row) if row is not None and not codes.is_expired(row) else None

    def authenticate_user(self, code: codes.Code) -> User | None:
        families.hold_unchanged(code.row["user_id"], code.row["session_version"])
        found: User | None = User.objects(id=code.row["user_id"]).first()
        return found

    def generate_token(
        self, user: Any = None, scope: Any = None, include_refresh_token: bool = True, **_: Any
    ) -> Answer:
        row, client = self.request.authorization_code.row, self.client.document
        scopes = [scope for scope in row["scopes"] if scope in client.scopes]
        if not scopes:
            raise InvalidScopeError("Nothing is left of what was granted.")
        answer, family = give_to_user(
            self.server.tokens, client, user, scopes, refreshable=include_refresh_token
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
