"""Bearer tokens: short-lived JWTs and what renews them, issued and checked here and nowhere else.

Each names its family (billing.users.families), which can end it at any moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from billing.actors import Actor
from billing.database import Row
from billing.events.journal import record
from billing.transactions import in_transaction
from billing.users import families
from billing.users.access_tokens import ACCESS_LIFETIME, FIRST_PARTY, Signer, scope_text
from billing.users.errors import InvalidToken
from billing.users.models import User
from billing.users.permissions import scopes_of


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in gives; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    scope: str


class Tokens:
    """Issues and checks tokens with a key; `issuer` is the installation's public address.

    `other` is a second key that is believed, see Signer.
    """

    def __init__(self, secret: str, issuer: str, other: str | None = None) -> None:
        self._signer = Signer(secret, issuer, other)
        self.issuer = issuer

    def issue(self, user: User, *, device: str | None = None, ip: str | None = None) -> TokenPair:
        """A pair for a fresh sign-in, the first of a new family.

        Raises InvalidToken when the user lost rights or changed the password since it was loaded.
        """

        def write() -> TokenPair:
            families.hold_unchanged(user.id, user.session_version)
            actor = families.user_actor(user)
            about = {"user_id": user.id, "device": device, "ip": ip}
            return self._pair(user, families.begin(actor, families.REFRESH_LIFETIME, **about))

        return in_transaction(write)

    def refresh(self, refresh_token: str) -> TokenPair:
        """The next pair of a sign-in. Raises InvalidToken; a second use ends the sign-in."""
        pair = in_transaction(lambda: self._rotate(refresh_token))
        if pair is None:
            raise InvalidToken("The refresh token was used before; sign in again.")
        return pair

    def _rotate(self, refresh_token: str) -> TokenPair | None:
        """None for a spent token: raising would undo that its family has ended."""
        row = families.find_refresh_token(refresh_token)
        family = families.get_live_family(row["family_id"]) if row else {}
        # A client's grant is narrower than a sign-in, and must not become one here.
        if row is None or family.get("client_id"):
            raise InvalidToken("The refresh token is not known or has expired.")
        user: User | None = User.objects(id=row["user_id"]).first()
        if not families.spend(row):
            if user is not None:
                record(user, "user.reuse_detected")
            return None
        if user is None or not user.is_active_account:
            raise InvalidToken("The account is not active any more.")
        families.extend(family, families.user_actor(user))
        return self._pair(user, family)

    def _pair(self, user: User, family: Row) -> TokenPair:
        scopes = scopes_of(user.role)
        return TokenPair(
            access_token=self.sign(family, scopes),
            refresh_token=families.new_refresh_token(family),
            expires_in=int(ACCESS_LIFETIME.total_seconds()),
            scope=scope_text(scopes),
        )

    def sign(self, family: Row, scopes: Iterable[str]) -> str:
        """An access token of the family, for 15 minutes."""
        return self._signer.sign(family, scopes)

    def authenticate(
        self, access_token: str, *, request_id: str | None = None, ip: str | None = None
    ) -> Actor:
        """The actor an access token speaks for. Raises InvalidToken."""
        signed = self._signer.read(access_token)
        family = families.known_live_family(signed.family_id)
        _check_client(signed.claims, family)
        actor = family["actor"]
        return Actor(
            type=actor.get("type", "user"),
            id=signed.claims["sub"],
            name=actor["name"],
            role=actor.get("role", ""),
            scopes=signed.scopes,
            customer_id=actor.get("customer_id"),
            request_id=request_id,
            ip=ip,
            token_family=family["_id"],
            client_id=family.get("client_id"),
            rate_limit=family.get("rate_limit"),
        )

    def read(self, access_token: str) -> tuple[dict[str, Any], Row]:
        """The claims of a good access token, and the live family it names. Raises InvalidToken."""
        claims = self._signer.claims(access_token)
        family = families.get_live_family(str(claims["sid"]))
        _check_client(claims, family)
        return claims, family


def _check_client(claims: dict[str, Any], family: Row) -> None:
    if claims.get("client_id", FIRST_PARTY) != family.get("client_id", FIRST_PARTY):
        raise InvalidToken("The access token was given to another client.")
