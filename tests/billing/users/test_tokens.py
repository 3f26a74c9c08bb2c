"""Tokens: short, revocable at once, and a refresh token works once."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from billing import clock
from billing.database import Database, Row
from billing.inputs import merge
from billing.users.access_tokens import ACCESS_LIFETIME, AUDIENCE, FIRST_PARTY
from billing.users.errors import InvalidToken
from billing.users.families import LONGEST, REFRESH_LIFETIME, revoke_family
from billing.users.inputs import ChangePassword, UserInput, as_input
from billing.users.save_user import change_password, update_user
from billing.users.tokens import TokenPair, Tokens
from tests.factories import PASSWORD, create_customer, create_user

SECRET = "k1Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQeB"
ISSUER = "http://localhost:3000"
TOKENS = Tokens(SECRET, ISSUER)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def claims_of(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


def forged(claims: dict[str, Any], secret: str = SECRET, **header: str) -> str:
    key = OctKey.import_key(secret)
    whole = {"alg": "HS256", "typ": "at+jwt", **header}
    return jwt.encode(whole, claims, key, algorithms=[whole["alg"]])


def works(pair: TokenPair) -> bool:
    try:
        TOKENS.authenticate(pair.access_token)
    except InvalidToken:
        return False
    return True


def test_a_token_speaks_for_its_user(db: Database[Row]) -> None:
    customer = create_customer()
    user = create_user(role="customer", customer_id=customer.id)
    pair = TOKENS.issue(user)
    actor = TOKENS.authenticate(pair.access_token, request_id="r-1", ip="192.0.2.7")
    assert (actor.type, actor.id, actor.name, actor.role) == (
        "user",
        user.id,
        user.name,
        "customer",
    )
    assert actor.customer_id == customer.id
    assert (
        actor.scopes
        == set(pair.scope.split())
        == {
            "read:customers",
            "read:subscriptions",
            "read:invoices",
        }
    )
    assert (actor.request_id, actor.ip) == ("r-1", "192.0.2.7")
    assert pair.expires_in == 900


def test_the_claims_are_those_of_the_contract(db: Database[Row]) -> None:
    user = create_user()
    with clock.frozen(NOON):
        claims = claims_of(TOKENS.issue(user).access_token)
    assert set(claims) == {*("iss", "aud", "sub", "client_id", "scope", "iat", "exp", "jti", "sid")}
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, AUDIENCE, user.id)
    assert claims["client_id"] == FIRST_PARTY
    assert claims["iat"] == int(NOON.timestamp())
    assert claims["exp"] - claims["iat"] == 900


def test_an_access_token_says_that_it_is_one(db: Database[Row]) -> None:
    header = TOKENS.issue(create_user()).access_token.partition(".")[0]
    text = base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))
    assert json.loads(text) == {"alg": "HS256", "typ": "at+jwt"}


def test_a_token_of_the_kind_before_is_still_believed(db: Database[Row]) -> None:
    claims = claims_of(TOKENS.issue(create_user()).access_token)
    del claims["client_id"]
    assert TOKENS.authenticate(forged(claims, typ="JWT")).id == claims["sub"]


@pytest.mark.parametrize("typ", ["JWT", "jwt", "id+jwt", "logout+jwt", ""])
def test_another_kind_of_token_is_no_access_token(db: Database[Row], typ: str) -> None:
    claims = claims_of(TOKENS.issue(create_user()).access_token)
    assert TOKENS.authenticate(forged(claims, typ="application/AT+JWT"))
    with pytest.raises(InvalidToken):
        TOKENS.authenticate(forged(claims, typ=typ))


def test_a_token_expires(db: Database[Row]) -> None:
    with clock.frozen(NOON):
        pair = TOKENS.issue(create_user())
    with clock.frozen(NOON + ACCESS_LIFETIME - timedelta(seconds=1)):
        assert works(pair)
    with clock.frozen(NOON + ACCESS_LIFETIME + timedelta(seconds=1)):
        assert not works(pair)


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "a" * 5000, "é.é.é", "." * 10, "eyJhbGciOiJub25lIn0.e30."]
)
def test_what_is_no_token_is_refused(db: Database[Row], token: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.authenticate(token)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "http://evil.example"},
        {"aud": "another-api"},
        {"sid": "tok_unknown"},
        {"sid": {"$ne": None}},
        {"scope": ["admin"]},
        {"exp": "tomorrow"},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"client_id": "cli_00000000000000000000000000"},
        {"client_id": 1},
        *({missing: None} for missing in ("iss", "aud", "sub", "exp", "iat", "jti", "sid")),
        *({missing: None} for missing in ("client_id", "scope")),
    ],
)
def test_every_claim_is_checked(db: Database[Row], change: dict[str, Any]) -> None:
    claims = claims_of(TOKENS.issue(create_user()).access_token)
    assert TOKENS.authenticate(forged(claims))
    changed = {name: value for name, value in {**claims, **change}.items() if value is not None}
    with pytest.raises(InvalidToken):
        TOKENS.authenticate(forged(changed))


def test_only_our_key_and_our_algorithm_count(db: Database[Row]) -> None:
    claims = claims_of(TOKENS.issue(create_user()).access_token)
    for token in (
        forged(claims, secret="another0xWb5LtYcJ7uPf2HdGm9SaQeB"),
        forged(claims, secret=SECRET * 2, alg="HS512"),
        forged(claims, secret=SECRET, alg="HS384"),
    ):
        with pytest.raises(InvalidToken):
            TOKENS.authenticate(token)


def test_a_refresh_token_gives_the_next_pair_and_lives_on(db: Database[Row]) -> None:
    pair = TOKENS.issue(create_user())
    for _ in range(3):
        following = TOKENS.refresh(pair.refresh_token)
        assert following.refresh_token != pair.refresh_token
        assert claims_of(following.access_token)["sid"] == claims_of(pair.access_token)["sid"]
        pair = following
        assert works(pair)


def test_a_refresh_token_used_twice_ends_the_whole_sign_in(db: Database[Row]) -> None:
    user = create_user()
    stolen, other = TOKENS.issue(user), TOKENS.issue(user)
    thief = TOKENS.refresh(stolen.refresh_token)
    with pytest.raises(InvalidToken, match="used before"):
        TOKENS.refresh(stolen.refresh_token)
    assert not works(stolen)
    assert not works(thief)
    with pytest.raises(InvalidToken):
        TOKENS.refresh(thief.refresh_token)
    assert works(other)


def test_one_refresh_token_used_by_many_at_once_serves_one_and_then_none(
    db: Database[Row],
) -> None:
    pair = TOKENS.issue(create_user())

    def refresh(_: int) -> TokenPair | InvalidToken:
        try:
            return TOKENS.refresh(pair.refresh_token)
        except InvalidToken as refusal:
            return refusal

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(refresh, range(8)))
    winners = [result for result in results if isinstance(result, TokenPair)]
    assert len(winners) == 1
    assert db.refresh_tokens.count_documents({}) == 2
    assert not any(works(winner) for winner in winners)


def test_an_unknown_or_expired_refresh_token_is_refused(db: Database[Row]) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.refresh("unknown")
    with clock.frozen(NOON):
        pair = TOKENS.issue(create_user())
    with clock.frozen(NOON + REFRESH_LIFETIME), pytest.raises(InvalidToken):
        TOKENS.refresh(pair.refresh_token)


def test_no_sign_in_is_refreshed_for_ever(db: Database[Row]) -> None:
    with clock.frozen(NOON):
        pair = TOKENS.issue(create_user())
    at = NOON
    while at + timedelta(days=29) < NOON + LONGEST:
        at += timedelta(days=29)
        with clock.frozen(at):
            pair = TOKENS.refresh(pair.refresh_token)
    with clock.frozen(NOON + LONGEST), pytest.raises(InvalidToken):
        TOKENS.refresh(pair.refresh_token)


def test_revoking_works_at_once_and_everywhere(db: Database[Row]) -> None:
    user = create_user()
    pair, other = TOKENS.issue(user), TOKENS.issue(user)
    family = TOKENS.authenticate(pair.access_token).token_family
    assert family
    revoke_family(family)
    elsewhere = Tokens(SECRET, ISSUER)
    with pytest.raises(InvalidToken):
        elsewhere.authenticate(pair.access_token)
    with pytest.raises(InvalidToken):
        elsewhere.refresh(pair.refresh_token)
    assert works(other)


def test_a_disabled_user_gets_no_further_token(db: Database[Row]) -> None:
    pair = TOKENS.issue(create_user())
    db.users.update_many({}, {"$set": {"status": "disabled"}})
    with pytest.raises(InvalidToken):
        TOKENS.refresh(pair.refresh_token)


def test_a_sign_in_that_crosses_a_loss_of_rights_gets_no_token(db: Database[Row]) -> None:
    create_user()
    signed_in = create_user()
    update_user(signed_in.id, merge(UserInput, as_input(signed_in), {"role": "viewer"}))
    with pytest.raises(InvalidToken):
        TOKENS.issue(signed_in)
    other = create_user()
    change_password(
        other.id, ChangePassword(current_password=PASSWORD, new_password="another good one")
    )
    with pytest.raises(InvalidToken):
        TOKENS.issue(other)
    assert db.token_families.count_documents({}) == 0


def test_nothing_at_rest_is_a_token(db: Database[Row]) -> None:
    pair = TOKENS.issue(create_user())
    stored = str([list(db[name].find()) for name in db.list_collection_names()])
    assert pair.refresh_token not in stored
    assert pair.access_token not in stored


def test_a_refreshed_token_carries_the_users_present_name(db: Database[Row]) -> None:
    user = create_user(name="Ann")
    pair = TOKENS.issue(user)
    update_user(user.id, merge(UserInput, as_input(user), {"name": "Anna"}))
    following = TOKENS.refresh(pair.refresh_token)
    assert TOKENS.authenticate(following.access_token).name == "Anna"
