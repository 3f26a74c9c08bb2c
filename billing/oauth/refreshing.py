"""The way from one token to the next; see grants.py for how the library's steps become one."""

from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin, grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidScopeError

from billing.database import Row
from billing.oauth.give import record_reuse, renew
from billing.oauth.grants import ANY_CLIENT, Answer
from billing.phrases import Phrase
from billing.users import families
from billing.users.errors import InvalidToken
from billing.users.models import User
from billing.users.permissions import scopes_of


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
            record_reuse(self.client.document, Phrase("A refresh token was used twice."))
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
