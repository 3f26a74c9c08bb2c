"""Bearer tokens: short-lived JWTs, issued and checked here and nowhere else.

HS256 access tokens of RFC 9068, checked as RFC 8725 asks: one algorithm, the type, the issuer, the
audience and the expiry demanded. Each names its family (billing.users.families), which can end it
at any moment.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry

from billing import clock
from billing.actors import Actor
from billing.database import Row
from billing.events.journal import record
from billing.ids import new_id
from billing.transactions import in_transaction
from billing.users import families
from billing.users.errors import InvalidToken
from billing.users.models import User
from billing.users.permissions import scopes_of

ACCESS_LIFETIME = timedelta(minutes=15)
AUDIENCE = "duebill-api"
_MOST_CHECKED = 5000
FIRST_PARTY = "duebill"
"""The `client_id` in tokens of a sign-in by password: RFC 9068 wants one in each token."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in gives; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    scope: str


@dataclass(frozen=True, slots=True)
class _Signed:
    """The claims of a good token, those taken apart that each request asks for."""

    claims: dict[str, Any]
    family_id: str
    scopes: frozenset[str]
    ends: float

    @classmethod
    def of(cls, claims: dict[str, Any]) -> Self:
        scopes = frozenset(claims["scope"].split())
        return cls(claims, str(claims["sid"]), scopes, float(claims["exp"]))


class Tokens:
    """Issues and checks tokens with one key; `issuer` is the installation's public address.

    What is signed by `other` is believed too, so that keys can be exchanged while tokens of both
    are about.
    """

    def __init__(self, secret: str, issuer: str, other: str | None = None) -> None:
        self._key = OctKey.import_key(secret)
        self._believed = [self._key, *([OctKey.import_key(other)] if other else [])]
        self.issuer = issuer
        self._checked: dict[str, _Signed] = {}

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
        """An access token of the family, for 15 minutes. Source: RFC 9068 §2.2."""
        issued = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": family.get("user_id") or family["client_id"],
            "client_id": family.get("client_id", FIRST_PARTY),
            "scope": scope_text(scopes),
            "iat": issued,
            "exp": issued + int(ACCESS_LIFETIME.total_seconds()),
            "jti": new_id("jti"),
            "sid": family["_id"],
        }
        return jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, self._key)

    def authenticate(
        self, access_token: str, *, request_id: str | None = None, ip: str | None = None
    ) -> Actor:
        """The actor an access token speaks for. Raises InvalidToken."""
        signed = self._signed(access_token)
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

    def _signed(self, access_token: str) -> "_Signed":
        """What a token says that bears our signature, which it bears for ever: checked once. What
        may change, the time and its family, is looked at each time."""
        found = self._checked.get(access_token)
        if found is None or found.ends <= clock.now().timestamp():
            claims = self._claims(access_token)
            if len(self._checked) >= _MOST_CHECKED:
                self._checked.clear()
            found = self._checked[access_token] = _Signed.of(claims)
        return found

    def read(self, access_token: str) -> tuple[dict[str, Any], Row]:
        """The claims of a good access token, and the live family it names. Raises InvalidToken."""
        claims = self._claims(access_token)
        family = families.get_live_family(str(claims["sid"]))
        _check_client(claims, family)
        return claims, family

    def _claims(self, access_token: str) -> dict[str, Any]:
        try:
            token = self._decoded(access_token)
            self._registry().validate(token.claims)
            _check_type(token.header, token.claims)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise InvalidToken("The access token is not valid or has expired.") from error
        return token.claims

    def _decoded(self, access_token: str) -> jwt.Token:
        *others, last = self._believed
        for key in others:
            with suppress(BadSignatureError):
                return jwt.decode(access_token, key, algorithms=["HS256"])
        return jwt.decode(access_token, last, algorithms=["HS256"])

    def _registry(self) -> JWTClaimsRegistry:
        return JWTClaimsRegistry(
            now=int(clock.now().timestamp()),
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            jti={"essential": True},
            sid={"essential": True},
            scope={"essential": True, "allow_blank": True},
        )


def scope_text(scopes: Iterable[str]) -> str:
    """Scopes as OAuth writes them: separated by spaces."""
    return " ".join(sorted(scopes))


def _check_client(claims: dict[str, Any], family: Row) -> None:
    if claims.get("client_id", FIRST_PARTY) != family.get("client_id", FIRST_PARTY):
        raise InvalidToken("The access token was given to another client.")


def _check_type(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """RFC 8725 §3.11: no other kind of JWT passes. Raises ValueError.

    The release before this one made tokens of type JWT, which name no client; instances of both
    run side by side while an installation is updated.
    """
    kind = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    if kind != ("at+jwt" if "client_id" in claims else "jwt"):
        raise ValueError("this is no access token")
    if not isinstance(claims["scope"], str):
        raise ValueError("scope must be text")
