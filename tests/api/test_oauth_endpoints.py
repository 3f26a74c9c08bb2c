"""The endpoints of OAuth as such: what they take, refuse and tell, and to whom."""

from __future__ import annotations

from typing import Any

import pytest
from authlib.oauth2 import rfc8414, rfc9207
from flask import Flask

from billing.database import Database, Row, database
from billing.oauth import queries
from billing.settings import Settings
from billing.users.access_tokens import AUDIENCE
from billing.users.permissions import SCOPES
from billing.users.tokens import Tokens
from portal.app import create_app
from portal.programs import is_for_programs
from tests.api.checked_client import CheckedClient
from tests.api.factories import create_user
from tests.api.oauth_program import FORM, Program, refusal

TOKEN = "/oauth/token"
POSTS = [TOKEN, "/oauth/revoke", "/oauth/introspect"]
METADATA = "/.well-known/oauth-authorization-server"


@pytest.fixture
def program(app: Flask, db: Database[Row]) -> Program:
    return Program(app)


def alive(app: Flask, token: str) -> bool:
    return CheckedClient(app, token).get("/me").status_code == 200


# What they take


def test_cookies_and_csrf_are_nothing_to_them(app: Flask) -> None:
    ours = {
        rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("oauth_server.")
    }
    assert ours == {*POSTS, METADATA}
    assert all(is_for_programs(path) for path in ours)
    assert not is_for_programs("/oauth/authorize")


def test_no_answer_sets_a_cookie(app: Flask, program: Program) -> None:
    for answer in (program.own_token(), app.test_client().get(METADATA)):
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [*POSTS, METADATA])
def test_another_method_is_405_in_json(app: Flask, path: str) -> None:
    for method in {"GET", "POST", "PUT", "DELETE"} - {"GET" if path == METADATA else "POST"}:
        answer = app.test_client().open(path, method=method)
        assert refusal(answer) == (405, "invalid_request")
        assert answer.headers["Allow"]


@pytest.mark.parametrize("path", POSTS)
def test_parameters_come_in_the_body_and_as_a_form(app: Flask, program: Program, path: str) -> None:
    client, wanted = app.test_client(), (400, "invalid_request")
    assert refusal(client.post(f"{path}?client_secret=x", data={"token": "x"})) == wanted
    assert refusal(client.post(path, json={"grant_type": "client_credentials"})) == wanted
    assert refusal(client.post(path, data=b"grant_type=client_credentials")) == wanted
    assert refusal(client.post(path)) == wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("", (400, "invalid_request")),
        ("grant_type=", (400, "invalid_request")),
        ("grant_type=password&username=a&password=b", (400, "unsupported_grant_type")),
        ("grant_type=%22%5C%00", (400, "invalid_request")),
        ("grant_type=%ff%fe", (400, "unsupported_grant_type")),
        ("grant_type=client_credentials&grant_type=client_credentials", (400, "invalid_request")),
        ("grant_type=client_credentials&scope=%22", (400, "invalid_request")),
        ("grant_type=client_credentials&scope=%C3%A9", (400, "invalid_request")),
        ("grant_type=client_credentials&client_id[$ne]=x", (401, "invalid_client")),
        ("grant_type=client_credentials&client_id=%00&client_secret=x", (400, "invalid_request")),
        ("grant_type=client_credentials&client_id=a&client_secret=%00", (401, "invalid_client")),
        ("grant_type=authorization_code", (401, "invalid_client")),
    ],
)
def test_every_odd_request_has_a_plain_answer(
    app: Flask, db: Database[Row], body: str, wanted: tuple[int, str]
) -> None:
    answer = app.test_client().post(TOKEN, data=body, content_type=FORM)
    assert refusal(answer) == wanted


def test_a_body_beyond_reason_is_413(app: Flask, db: Database[Row]) -> None:
    answer = app.test_client().post(TOKEN, data="a=" + "x" * 1_100_000, content_type=FORM)
    assert refusal(answer) == (413, "invalid_request")


def test_a_database_that_is_away_is_503_and_no_page(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pymongo.errors import ServerSelectionTimeoutError

    def away(_: str) -> None:
        raise ServerSelectionTimeoutError("no answer")

    monkeypatch.setattr("billing.oauth.server.find_active_client", away)
    answer = program.own_token()
    assert refusal(answer) == (503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_beyond_ones_own_computer_it_wants_https(settings: Settings, db: Database[Row]) -> None:
    plain = settings.model_copy(update={"public_url": "http://billing.example.com"})
    program = Program(create_app(plain, connect=False))
    assert refusal(program.own_token()) == (400, "insecure_transport")


# Revocation (RFC 7009)


def test_revoking_any_token_ends_all_that_was_given_with_it(app: Flask, program: Program) -> None:
    for kind in ("access_token", "refresh_token"):
        given = program.tokens(create_user())
        answer = program.revoke(given[kind])
        assert (answer.status_code, answer.json) == (200, {})
        assert not alive(app, given["access_token"])
        assert refusal(program.refresh(given["refresh_token"])) == (400, "invalid_grant")
    own = program.own_token().json["access_token"]
    assert program.revoke(own, token_type_hint="refresh_token").status_code == 200
    assert not alive(app, own)


def test_what_is_no_token_is_revoked_already(program: Program) -> None:
    given = program.tokens(create_user())
    program.revoke(given["refresh_token"])
    for token in ("made up", given["refresh_token"], given["access_token"]):
        assert program.revoke(token, token_type_hint="strange").status_code == 200
    assert refusal(program.post("/oauth/revoke")) == (400, "invalid_request")


def test_only_its_own_client_revokes_a_token(app: Flask, program: Program, tokens: Tokens) -> None:
    given, other = program.tokens(create_user()), Program(app)
    assert refusal(other.revoke(given["access_token"])) == (400, "invalid_grant")
    assert refusal(program.revoke(given["access_token"], basic=f"{program.id}:x"))[0] == 401
    sign_in = tokens.issue(create_user())
    assert refusal(other.revoke(sign_in.access_token)) == (400, "invalid_grant")
    assert alive(app, given["access_token"])
    assert alive(app, sign_in.access_token)


def test_a_public_client_revokes_its_own(app: Flask, db: Database[Row]) -> None:
    program = Program(app, type="public")
    given = program.tokens(create_user())
    assert program.revoke(given["refresh_token"]).status_code == 200
    assert not alive(app, given["access_token"])


# Introspection (RFC 7662)


def test_a_client_is_told_what_its_token_is_good_for(program: Program, settings: Settings) -> None:
    user = create_user(name="Vera")
    given = program.tokens(user, scope="read:customers read:invoices")
    told = program.introspect(given["access_token"])
    assert told["exp"] - told.pop("iat") == 900
    assert told.pop("jti")
    refresh = program.introspect(given["refresh_token"])
    assert refresh.pop("exp") - told.pop("exp") > 29 * 86_400
    same = {
        "active": True,
        "client_id": program.id,
        "scope": "read:customers read:invoices",
        "sub": user.id,
        "username": "Vera",
        "aud": AUDIENCE,
        "iss": settings.public_url,
    }
    assert told == {**same, "token_type": "Bearer"}
    assert refresh == same


def test_of_tokens_that_are_no_good_it_is_told_only_that(
    app: Flask, program: Program, tokens: Tokens
) -> None:
    given = program.tokens(create_user())
    program.refresh(given["refresh_token"])
    ended = program.own_token().json["access_token"]
    program.revoke(ended)
    foreign = Program(app).tokens(create_user())
    sign_in = tokens.issue(create_user())
    bad = [given["refresh_token"], ended, "made up", sign_in.access_token, sign_in.refresh_token]
    for token in [*bad, foreign["access_token"], foreign["refresh_token"]]:
        assert program.introspect(token, token_type_hint="odd") == {"active": False}


def test_who_keeps_no_secret_is_told_nothing(app: Flask, db: Database[Row]) -> None:
    program = Program(app, type="public")
    token = program.tokens(create_user())["access_token"]
    assert refusal(program.post("/oauth/introspect", token=token)) == (401, "invalid_client")


# Metadata (RFC 8414)


def test_the_metadata_are_valid_and_lead_to_what_there_is(app: Flask, settings: Settings) -> None:
    answer = app.test_client().get(METADATA)
    assert answer.content_type == "application/json"
    found = rfc8414.AuthorizationServerMetadata(answer.json)
    found.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
    assert found["issuer"] == settings.public_url
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert set(found["scopes_supported"]) < set(SCOPES)
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for name in ("authorization", "token", "revocation", "introspection"):
        address = found[f"{name}_endpoint"]
        assert address.removeprefix(settings.public_url) in rules


# The database


def test_every_look_up_walks_an_index(program: Program, db: Database[Row]) -> None:
    db.create_collection("system.profile", capped=True, size=2**24)
    db.command("profile", 2)
    try:
        given = program.tokens(create_user())
        program.introspect(program.refresh(given["refresh_token"]).json["access_token"])
        program.refresh(given["refresh_token"])
        program.own_token()
        queries.get_client(program.id)
        done: list[dict[str, Any]] = list(database()["system.profile"].find({}))
        assert len(done) > 20
        assert [d["command"] for d in done if "COLLSCAN" in d.get("planSummary", "")] == []
    finally:
        db.command("profile", 0)
        db.drop_collection("system.profile")
