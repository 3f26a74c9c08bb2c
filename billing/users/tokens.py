"""Bearer tokens: short-lived JWTs and refresh tokens that work once.

HS256 (RFC 7518), claims of api.md, checked as RFC 8725 asks: one algorithm, issuer, audience and
expiry demanded. A sign-in is a *family*; revoking its document ends the access token and every
refresh token of it, at once and on every instance.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry

from billing import clock
from billing.actors import Actor
from billing.database import Row, database, in_transaction
from billing.ids import new_id
from billing.users.errors import InvalidToken
from billing.users.models import User
from billing.users.permissions import scopes_of

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
AUDIENCE = "duebill-api"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client gets; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    scope: str


class Tokens:
    """Issues and checks tokens with one key; `issuer` is the installation's public address."""

    def __init__(self, secret: str, issuer: str) -> None:
        self._key = OctKey.import_key(secret)
        self._issuer = issuer

    def issue(self, user: User) -> TokenPair:
        """A pair for a fresh sign-in, the first of a new family.

        Raises InvalidToken when the user lost rights or changed the password since it was loaded.
        """
        family = {
            "_id": new_id("tok"),
            "user_id": user.id,
            "created_at": clock.now(),
            "expires_at": clock.now() + REFRESH_LIFETIME,
        }

        def write() -> TokenPair:
            _hold_unchanged(user)
            database().token_families.insert_one(family)
            return self._pair(user, family)

        return in_transaction(write)

    def refresh(self, refresh_token: str) -> TokenPair:
        """The next pair of the family. Raises InvalidToken; a second use revokes the family."""
        outcome = in_transaction(lambda: self._rotate(_hash(refresh_token)))
        if isinstance(outcome, str):
            revoke_family(outcome)  # outside: the refusal undoes the transaction, not this
            raise InvalidToken("The refresh token was used before; sign in again.")
        return outcome

    def _rotate(self, token_hash: str) -> TokenPair | str:
        """The new pair, or the id of the family whose spent token was shown again."""
        spent = database().refresh_tokens.find_one_and_update(
            {"_id": token_hash}, {"$inc": {"uses": 1}}
        )
        if spent and spent["uses"] > 0:
            return str(spent["family_id"])
        user: User | None = (
            User.objects(id=spent["user_id"], status="active").first()
            if spent and spent["expires_at"] > clock.now()
            else None
        )
        if spent is None or user is None:
            raise InvalidToken("The refresh token is not known or has expired.")
        return self._pair(user, _live_family(spent["family_id"]))

    def authenticate(
        self, access_token: str, *, request_id: str | None = None, ip: str | None = None
    ) -> Actor:
        """The actor an access token speaks for. Raises InvalidToken."""
        claims = self._claims(access_token)
        family = _live_family(str(claims["sid"]))
        actor = family.get("actor") or {}
        return Actor(
            type="user",
            id=claims["sub"],
            name=actor.get("name", ""),
            role=actor.get("role", ""),
            scopes=frozenset(claims["scope"].split()),
            customer_id=actor.get("customer_id"),
            request_id=request_id,
            ip=ip,
            token_family=family["_id"],
        )

    def _claims(self, access_token: str) -> dict[str, Any]:
        try:
            token = jwt.decode(access_token, self._key, algorithms=["HS256"])
            self._registry().validate(token.claims)
            if not isinstance(token.claims["scope"], str):
                raise ValueError("scope must be text")
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise InvalidToken("The access token is not valid or has expired.") from error
        return token.claims

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

    def _pair(self, user: User, family: Row) -> TokenPair:
        refresh_token = secrets.token_urlsafe(32)
        database().refresh_tokens.insert_one(
            {
                "_id": _hash(refresh_token),
                "family_id": family["_id"],
                "user_id": user.id,
                "uses": 0,
                "expires_at": clock.now() + REFRESH_LIFETIME,
            }
        )
        # The family carries who acts, so that a request needs this one look-up and no other.
        who = {"name": user.name, "role": user.role, "customer_id": user.customer_id}
        database().token_families.update_one(
            {"_id": family["_id"]},
            {"$set": {"actor": who, "expires_at": clock.now() + REFRESH_LIFETIME}},
        )
        return self._signed(user, family["_id"], refresh_token)

    def _signed(self, user: User, family_id: str, refresh_token: str) -> TokenPair:
        issued = int(clock.now().timestamp())
        lifetime = int(ACCESS_LIFETIME.total_seconds())
        scope = " ".join(sorted(scopes_of(user.role)))
        claims = {
            "iss": self._issuer, "aud": AUDIENCE, "sub": user.id, "scope": scope,
            "iat": issued, "exp": issued + lifetime, "jti": new_id("jti"), "sid": family_id,
        }  # fmt: skip
        access_token = jwt.encode({"alg": "HS256"}, claims, self._key)
        return TokenPair(access_token, refresh_token, lifetime, scope)


def revoke_family(family_id: str) -> None:
    """End one sign-in: its access token and its refresh tokens are dead at once."""
    database().token_families.update_one(
        {"_id": family_id, "revoked_at": None}, {"$set": {"revoked_at": clock.now()}}
    )


def revoke_all(user_id: str) -> None:
    """End every sign-in of a user."""
    database().token_families.update_many(
        {"user_id": user_id, "revoked_at": None}, {"$set": {"revoked_at": clock.now()}}
    )


def _hold_unchanged(user: User) -> None:
    """Nobody can end the user's sign-ins before this transaction ends, so none is overlooked."""
    same = {"_id": user.id, "session_version": user.session_version, "status": "active"}
    if not database().users.update_one(same, {"$inc": {"holds": 1}}).matched_count:
        raise InvalidToken("The account was changed meanwhile; sign in again.")


def _live_family(family_id: str) -> Row:
    family = database().token_families.find_one({"_id": family_id})
    if family is None or family.get("revoked_at") or family["expires_at"] <= clock.now():
        raise InvalidToken("The sign-in that this token belongs to has ended.")
    return family


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
