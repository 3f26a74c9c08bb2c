"""Access tokens as text, signed and read here and nowhere else.

HS256 access tokens of RFC 9068, checked as RFC 8725 asks: one algorithm, the type, the issuer, the
audience and the expiry demanded. What may end at any moment, their family, is not looked at here
but in billing.users.tokens.
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
from billing.database import Row
from billing.ids import new_id
from billing.users.errors import InvalidToken

ACCESS_LIFETIME = timedelta(minutes=15)
AUDIENCE = "duebill-api"
FIRST_PARTY = "duebill"
"""The `client_id` in tokens of a sign-in by password: RFC 9068 wants one in each token."""
_MOST_CHECKED = 5000


@dataclass(frozen=True, slots=True)
class Signed:
    """The claims of a good token, those taken apart that each request asks for."""

    claims: dict[str, Any]
    family_id: str
    scopes: frozenset[str]
    ends: float

    @classmethod
    def of(cls, claims: dict[str, Any]) -> Self:
        scopes = frozenset(claims["scope"].split())
        return cls(claims, str(claims["sid"]), scopes, float(claims["exp"]))


class Signer:
    """Signs with one key; what is signed by `other` is believed too, so that keys can be exchanged
    while tokens of both are about."""

    def __init__(self, secret: str, issuer: str, other: str | None = None) -> None:
        self._key = OctKey.import_key(secret)
        self._believed = [self._key, *([OctKey.import_key(other)] if other else [])]
        self._issuer = issuer
        self._checked: dict[str, Signed] = {}

    def sign(self, family: Row, scopes: Iterable[str]) -> str:
        """An access token of the family, for 15 minutes. Source: RFC 9068 §2.2."""
        issued = int(clock.now().timestamp())
        claims = {
            "iss": self._issuer,
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

    def read(self, access_token: str) -> Signed:
        """What a good token says, by `claims`. Our signature it bears for ever, so that is checked
        once; the time is looked at each time. Raises InvalidToken."""
        found = self._checked.get(access_token)
        if found is None or found.ends <= clock.now().timestamp():
            claims = self.claims(access_token)
            if len(self._checked) >= _MOST_CHECKED:
                self._checked.clear()
            found = self._checked[access_token] = Signed.of(claims)
        return found

    def claims(self, access_token: str) -> dict[str, Any]:
        """What a token says that is good now. Raises InvalidToken."""
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
            iss={"essential": True, "value": self._issuer},
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
