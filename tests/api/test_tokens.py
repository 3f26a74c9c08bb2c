"""Signing in, refreshing, signing out, and every token that must not be believed."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey

from billing import clock
from billing.database import Database, Row
from billing.settings import Settings
from billing.users.access_tokens import AUDIENCE
from billing.users.inputs import UserInput
from billing.users.save_user import update_user
from billing.users.sessions import begin_session
from billing.users.throttle import PER_ACCOUNT
from billing.users.tokens import Tokens
from portal.app import create_app
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import PASSWORD, create_customer, create_user
from tests.factories import create_second_factor
from tests.full_house import full_house

Claims = dict[str, Any]
ME = "/me"


def sign_in(client: CheckedClient, **values: Any) -> Claims:
    user = create_user(**values)
    answer = client.post("/auth/login", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 200
    pair: Claims = answer.json
    return pair


def test_signing_in_gives_a_pair_that_works(app: Flask, anonymous: CheckedClient) -> None:
    pair = sign_in(anonymous, role="viewer")
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 900)
    assert pair["scope"].split() == sorted(
        ["read:customers", "read:plans", "read:subscriptions", "read:invoices", "read:events"]
    )
    assert CheckedClient(app, pair["access_token"]).get(ME).json["role"] == "viewer"


def test_a_second_factor_is_asked_for_after_the_right_password(
    app: Flask, anonymous: CheckedClient
) -> None:
    phone = create_second_factor()
    typed = {"email": phone.user.email, "password": PASSWORD}
    tries = [
        ({"password": "wrong wrong wrong", "otp": phone.code()}, "invalid_credentials"),
        ({}, "otp_required"),
        ({"otp": "000000"}, "invalid_otp"),
    ]
    for values, code in tries:
        answer = anonymous.post("/auth/login", typed | values)
        assert (answer.status_code, answer.json["code"]) == (401, code)
    code = phone.code()
    pair = anonymous.post("/auth/login", {**typed, "otp": code}).json
    assert CheckedClient(app, pair["access_token"]).get(ME).status_code == 200
    again = anonymous.post("/auth/login", {**typed, "otp": code})
    assert again.json["code"] == "invalid_otp"
    assert anonymous.post("/auth/login", {**typed, "otp": phone.recovery[0]}).status_code == 200


def test_staff_without_a_second_factor_get_no_token_where_they_need_one(
    settings: Settings, db: object
) -> None:
    strict = settings.model_copy(update={"staff_need_second_factor": True})
    client = CheckedClient(create_app(strict, connect=False))
    staff = create_user()
    customer = create_user(role="customer", customer_id=create_customer().id)
    answers = [
        client.post("/auth/login", {"email": user.email, "password": PASSWORD})
        for user in (staff, customer)
    ]
    assert [answer.status_code for answer in answers] == [403, 200]
    assert answers[0].json["code"] == "second_factor_required"


def test_the_scheme_is_read_in_any_case(app: Flask, anonymous: CheckedClient) -> None:
    pair = sign_in(anonymous)
    header = {"Authorization": f"bearer {pair['access_token']}"}
    assert anonymous.get(ME, headers=header).status_code == 200


@pytest.mark.parametrize("email", ["nobody@example.com", "known@example.com", "off@example.com"])
def test_wrong_credentials_all_get_the_same_answer(anonymous: CheckedClient, email: str) -> None:
    create_user(email="known@example.com")
    create_user(email="off@example.com", status="disabled")
    password = PASSWORD if email.startswith("off") else "wrong wrong wrong"
    answer = anonymous.post("/auth/login", {"email": email, "password": password})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    told = {name: answer.json[name] for name in ("code", "detail", "errors", "title")}
    assert told == {
        "code": "invalid_credentials",
        "detail": "Email or password is wrong.",
        "errors": [],
        "title": "Unauthorized",
    }


def test_login_takes_email_password_and_code_and_nothing_else(anonymous: CheckedClient) -> None:
    answer = anonymous.post("/auth/login", {"email": "a@example.com", "password": "x", "pin": "1"})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["pin"]


def test_an_operator_instead_of_a_password_is_refused(anonymous: CheckedClient) -> None:
    user = create_user()
    for body in (
        {"email": user.email, "password": {"$ne": ""}},
        {"email": {"$gt": ""}, "password": PASSWORD},
    ):
        assert anonymous.post("/auth/login", body).status_code == 422


def test_guessing_is_slowed_down_and_told_for_how_long(anonymous: CheckedClient) -> None:
    wrong = {"email": create_user().email, "password": "wrong wrong wrong"}
    for _ in range(PER_ACCOUNT):
        assert anonymous.post("/auth/login", wrong).status_code == 401
    answer = anonymous.post("/auth/login", {**wrong, "password": PASSWORD})
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60 + 1


def test_while_many_passwords_are_checked_everybody_is_told_alike_to_come_again(
    anonymous: CheckedClient, db: Database[Row]
) -> None:
    user = create_user()
    with full_house():
        for email in (user.email, "nobody@example.com"):
            answer = anonymous.post("/auth/login", {"email": email, "password": PASSWORD})
            assert (answer.status_code, answer.json["code"]) == (429, "too_many_requests")
            assert answer.headers["Retry-After"] == "2"
    assert db.sign_in_failures.count_documents({}) == 0
    sent = {"email": user.email, "password": PASSWORD}
    assert anonymous.post("/auth/login", sent).status_code == 200


def test_answers_with_tokens_are_never_stored(anonymous: CheckedClient) -> None:
    user = create_user()
    answer = anonymous.post("/auth/login", {"email": user.email, "password": PASSWORD})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refresh_token_gives_a_new_pair_once(app: Flask, anonymous: CheckedClient) -> None:
    first = sign_in(anonymous)
    answer = anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert answer.status_code == 200
    second = answer.json
    assert second["refresh_token"] != first["refresh_token"]
    assert CheckedClient(app, second["access_token"]).get(ME).status_code == 200


def test_using_a_refresh_token_twice_ends_the_whole_sign_in(
    app: Flask, anonymous: CheckedClient
) -> None:
    first = sign_in(anonymous)
    second = anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}).json
    again = anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert (again.status_code, again.json["code"]) == (401, "invalid_token")
    for pair in (first, second):
        assert CheckedClient(app, pair["access_token"]).get(ME).status_code == 401
    last = anonymous.post("/auth/refresh", {"refresh_token": second["refresh_token"]})
    assert last.status_code == 401


def test_an_unknown_refresh_token_is_refused(anonymous: CheckedClient) -> None:
    assert anonymous.post("/auth/refresh", {"refresh_token": "made up"}).status_code == 401


def test_an_access_token_does_not_refresh(anonymous: CheckedClient) -> None:
    pair = sign_in(anonymous)
    answer = anonymous.post("/auth/refresh", {"refresh_token": pair["access_token"][:200]})
    assert answer.status_code == 401


def test_signing_out_counts_at_once_on_every_instance(
    settings: Settings, app: Flask, anonymous: CheckedClient
) -> None:
    other = create_app(settings, connect=False)
    pair, elsewhere = sign_in(anonymous), sign_in(anonymous)
    assert CheckedClient(other, pair["access_token"]).get(ME).status_code == 200
    assert CheckedClient(app, pair["access_token"]).post("/auth/logout").status_code == 204
    assert CheckedClient(other, pair["access_token"]).get(ME).status_code == 401
    refreshed = CheckedClient(other).post("/auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert refreshed.status_code == 401
    assert CheckedClient(other, elsewhere["access_token"]).get(ME).status_code == 200


def test_a_new_role_ends_the_tokens_of_the_old_one(app: Flask, anonymous: CheckedClient) -> None:
    user = create_user(role="billing")
    pair = anonymous.post("/auth/login", {"email": user.email, "password": PASSWORD}).json
    update_user(user.id, UserInput(email=user.email, name=user.name, role="viewer"))
    assert CheckedClient(app, pair["access_token"]).get(ME).status_code == 401


def test_a_cookie_is_no_token(app: Flask, anonymous: CheckedClient) -> None:
    pair = sign_in(anonymous)
    client = app.test_client()
    client.set_cookie("access_token", pair["access_token"])
    assert client.get("/api/v1/me").status_code == 401


def test_the_portals_session_is_no_token(app: Flask, anonymous: CheckedClient) -> None:
    session_id = begin_session(create_user(), "By password", device="Firefox", ip=None)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = session_id
        session["_fresh"] = True
    assert client.get("/api/v1/customers").status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer ...", "Token x"]
)
def test_what_is_no_bearer_token_is_401(anonymous: CheckedClient, header: str) -> None:
    answer = anonymous.get(ME, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="duebill"')


def _claims(tokens: Tokens, settings: Settings) -> Claims:
    token = tokens.issue(create_user()).access_token
    return dict(jwt.decode(token, OctKey.import_key(settings.jwt_secret)).claims)


Forge = Callable[[Claims, Settings], str]
_HEADER = {"alg": "HS256", "typ": "at+jwt"}


def _signed(claims: Claims, settings: Settings, **changes: Any) -> str:
    changed = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(_HEADER, changed, OctKey.import_key(settings.jwt_secret))


def _of_type(typ: str) -> Forge:
    def forge(claims: Claims, settings: Settings) -> str:
        key = OctKey.import_key(settings.jwt_secret)
        return jwt.encode({**_HEADER, "typ": typ}, claims, key)

    return forge


def _unsigned(claims: Claims, _: Settings) -> str:
    """Put together by hand: the library does not want to make one."""
    parts = [json.dumps(part).encode() for part in ({**_HEADER, "alg": "none"}, claims)]
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


def _foreign_key(claims: Claims, _: Settings) -> str:
    return jwt.encode(_HEADER, claims, OctKey.import_key("another key " * 5))


def _other_algorithm(claims: Claims, settings: Settings) -> str:
    key = OctKey.import_key(settings.jwt_secret)
    return jwt.encode({**_HEADER, "alg": "HS512"}, claims, key, algorithms=["HS512"])


NOW = int(datetime.now(UTC).timestamp())
FORGERIES: dict[str, Forge] = {
    "unsigned": _unsigned,
    "signed with a foreign key": _foreign_key,
    "signed with another algorithm": _other_algorithm,
    "expired": lambda c, s: _signed(c, s, exp=NOW - 1000),
    "from the future": lambda c, s: _signed(c, s, iat=NOW + 5000, exp=NOW + 9000),
    "not valid yet": lambda c, s: _signed(c, s, nbf=NOW + 5000, exp=NOW + 9000),
    "an ID token": _of_type("JWT"),
    "of another client": lambda c, s: _signed(c, s, client_id=f"cli_{'0' * 26}"),
    "for another audience": lambda c, s: _signed(c, s, aud="somebody-else"),
    "without an audience": lambda c, s: _signed(c, s, aud=None),
    "from another issuer": lambda c, s: _signed(c, s, iss="https://evil.example"),
    "without an issuer": lambda c, s: _signed(c, s, iss=None),
    "without an expiry": lambda c, s: _signed(c, s, exp=None),
    "without a subject": lambda c, s: _signed(c, s, sub=None),
    "without an id": lambda c, s: _signed(c, s, jti=None),
    "of no sign-in": lambda c, s: _signed(c, s, sid=None),
    "of an unknown sign-in": lambda c, s: _signed(c, s, sid="tok_00000000000000000000000000"),
    "of an operator as sign-in": lambda c, s: _signed(c, s, sid={"$ne": ""}),
    "with a number for a subject": lambda c, s: _signed(c, s, sub=1),
    "with a list for a scope": lambda c, s: _signed(c, s, scope=["write:users"]),
    "cut off": lambda c, s: _signed(c, s)[:-4],
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_is_not_believed_when(
    app: Flask, tokens: Tokens, settings: Settings, anonymous: CheckedClient, forgery: str
) -> None:
    claims = _claims(tokens, settings)
    forged = FORGERIES[forgery](claims, settings)
    answer = CheckedClient(app, forged).get(ME)
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_the_same_claims_signed_rightly_are_believed(
    app: Flask, tokens: Tokens, settings: Settings, anonymous: CheckedClient
) -> None:
    claims = _claims(tokens, settings)
    assert claims["aud"] == AUDIENCE
    assert CheckedClient(app, _signed(claims, settings)).get(ME).status_code == 200


def test_an_access_token_lives_15_minutes(
    app: Flask, tokens: Tokens, anonymous: CheckedClient
) -> None:
    issued = clock.now()
    with clock.frozen(issued):
        token = tokens.issue(create_user()).access_token
    with clock.frozen(issued + timedelta(minutes=14, seconds=59)):
        assert CheckedClient(app, token).get(ME).status_code == 200
    with clock.frozen(issued + timedelta(minutes=15, seconds=1)):
        assert CheckedClient(app, token).get(ME).status_code == 401


def test_me_says_who_the_token_is(speaking_as: Speaker) -> None:
    customer = create_customer()
    answer = speaking_as("customer", customer_id=customer.id, name="Ada").get(ME)
    assert answer.json["name"] == "Ada"
    assert answer.json["customer_id"] == customer.id
    assert answer.json["scopes"] == ["read:customers", "read:invoices", "read:subscriptions"]
