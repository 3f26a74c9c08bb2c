"""Tokens for programs: who gets which, what each may do, and what each must not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from billing import clock
from billing.database import Database, Row
from billing.inputs import merge
from billing.oauth.inputs import ClientInput, RotateSecret, as_input
from billing.oauth.queries import get_client
from billing.oauth.revoke_client import revoke_client
from billing.oauth.rotate_secret import rotate_secret
from billing.oauth.update_client import update_client
from billing.settings import Settings
from billing.users.inputs import UserInput
from billing.users.inputs import as_input as user_input
from billing.users.save_user import update_user
from billing.users.tokens import Tokens
from portal.app import create_app
from tests.api.checked_client import CheckedClient
from tests.api.factories import create_customer, create_user
from tests.api.oauth_program import CALLBACK, FORM, Program, refusal

Tok = dict[str, Any]


@pytest.fixture
def program(app: Flask, db: Database[Row]) -> Program:
    return Program(app)


def alive(app: Flask, token: str) -> bool:
    status = CheckedClient(app, token).get("/me").status_code
    assert status in {200, 401}
    return status == 200


def narrowed(program: Program, **changes: Any) -> None:
    client = get_client(program.id)
    update_client(program.id, merge(ClientInput, as_input(client), changes))


# For itself: client_credentials


def test_a_client_acts_for_itself(app: Flask, program: Program, tokens: Tokens) -> None:
    answer = program.own_token(scope="read:customers")
    assert answer.status_code == 200
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)
    me = CheckedClient(app, answer.json["access_token"]).get("/me").json
    assert (me["type"], me["id"], me["role"]) == ("client", program.id, None)
    assert me["scopes"] == ["read:customers"]
    actor = tokens.authenticate(answer.json["access_token"])
    assert (actor.name, actor.client_id, actor.rate_limit) == (
        program.told.client.name,
        program.id,
        None,
    )


def test_its_writes_are_its_own_in_the_audit_trail(
    app: Flask, program: Program, db: Database[Row]
) -> None:
    token = program.own_token().json["access_token"]
    body = {"name": "Ada", "email": "ada@example.com"}
    made = CheckedClient(app, token).post("/customers", body)
    assert made.status_code == 201
    event = db.events.find_one({"object_id": made.json["id"]})
    assert event is not None
    assert event["actor"] == {
        "type": "client", "id": program.id, "name": program.told.client.name,
    }  # fmt: skip


def test_a_scope_that_was_not_given_is_403(app: Flask, program: Program) -> None:
    client = CheckedClient(app, program.own_token(scope="read:customers").json["access_token"])
    assert client.get("/customers").status_code == 200
    for answer in (client.post("/customers", {"name": "A"}), client.get("/invoices")):
        assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    assert client.get("/users").status_code == 403


def test_without_a_scope_it_gets_all_it_may_have(program: Program) -> None:
    scopes = program.own_token().json["scope"].split()
    assert set(scopes) == {"read:customers", "write:customers", "read:invoices"}


def test_of_the_scopes_it_asks_for_it_gets_those_it_may_have(program: Program) -> None:
    answer = program.own_token(scope="read:customers write:invoices")
    assert answer.json["scope"] == "read:customers"
    for scope in ("write:invoices", "read:users", "write:everything", "read:customers write:x"):
        assert refusal(program.own_token(scope=scope)) == (400, "invalid_scope")


def test_its_token_lives_15_minutes_and_cannot_be_refreshed(app: Flask, program: Program) -> None:
    issued = clock.now()
    with clock.frozen(issued):
        token = program.own_token().json["access_token"]
    with clock.frozen(issued + timedelta(minutes=14, seconds=58)):
        assert alive(app, token)
    with clock.frozen(issued + timedelta(minutes=15, seconds=1)):
        assert not alive(app, token)


def test_the_rate_limit_of_a_client_is_that_of_its_tokens(
    app: Flask, db: Database[Row], tokens: Tokens
) -> None:
    program = Program(app, rate_limit=42)
    own = program.own_token().json["access_token"]
    lent = program.tokens(create_user())["access_token"]
    for token in (own, lent):
        assert tokens.authenticate(token).rate_limit == 42
    narrowed(program, rate_limit=7)
    for token in (own, lent):
        assert tokens.authenticate(token).rate_limit == 7


# Proving who it is


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_client_proves_who_it_is_in_its_own_way_only(
    app: Flask, db: Database[Row], method: str
) -> None:
    program = Program(app, token_endpoint_auth_method=method)
    in_body = {"basic": "", "client_id": program.id, "client_secret": program.secret}
    by_basic, by_post = program.own_token(), program.own_token(**in_body)
    good, bad = (by_basic, by_post) if method.endswith("basic") else (by_post, by_basic)
    assert good.status_code == 200
    assert refusal(bad) == (401, "invalid_client")
    both = program.own_token(client_secret=program.secret)
    assert refusal(both) == (400, "invalid_request")


def test_every_wrong_proof_gets_the_same_answer(app: Flask, program: Program) -> None:
    other = Program(app)
    revoked = Program(app)
    revoke_client(revoked.id)
    answers = [
        program.own_token(basic=wrong)
        for wrong in (
            f"{program.id}:wrong",
            f"{program.id}:",
            f"{program.id}",
            f"{program.id}:{other.secret}",
            f"{revoked.id}:{revoked.secret}",
            f"cli_{'0' * 26}:{program.secret}",
            f"nobody:{program.secret}",
            ":",
        )
    ]
    answers.append(program.own_token(basic="", client_id=program.id))
    answers.append(program.own_token(basic="", client_id=program.id, client_secret="wrong"))
    answers.append(program.own_token(basic=""))
    assert {refusal(answer) for answer in answers} == {(401, "invalid_client")}
    assert len({answer.data for answer in answers}) == 1
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Basic realm="duebill"'}


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic /////w==", "Basic gIA6gIA=", "x y"]
)
def test_a_broken_header_is_no_proof(app: Flask, db: Database[Row], header: str) -> None:
    answer = app.test_client().post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": header},
        content_type=FORM,
    )
    assert refusal(answer) == (401, "invalid_client")


def test_a_secret_with_other_signs_is_decoded_as_a_form(app: Flask, program: Program) -> None:
    coded = f"{program.id.replace('_', '%5F')}:{(program.secret or '').replace('_', '%5F')}"
    assert program.own_token(basic=coded).status_code == 200


def test_both_secrets_work_while_they_overlap(app: Flask, program: Program) -> None:
    other = rotate_secret(program.id, RotateSecret(overlap_hours=1)).secret
    assert program.own_token().status_code == 200
    assert program.own_token(basic=f"{program.id}:{other}").status_code == 200
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert refusal(program.own_token()) == (401, "invalid_client")
        assert program.own_token(basic=f"{program.id}:{other}").status_code == 200


def test_ending_a_secret_at_once_ends_what_it_obtained(app: Flask, program: Program) -> None:
    before = program.own_token().json["access_token"]
    lent = program.tokens(create_user())["access_token"]
    rotate_secret(program.id, RotateSecret(overlap_hours=1))
    assert alive(app, before)
    rotate_secret(program.id, RotateSecret(overlap_hours=0))
    assert not alive(app, before)
    assert alive(app, lent), "what people allowed does not hang on the secret"


def test_a_public_client_needs_no_secret_and_may_not_act_for_itself(
    app: Flask, db: Database[Row]
) -> None:
    program = Program(app, type="public")
    assert program.tokens(create_user())["token_type"] == "Bearer"
    assert refusal(program.own_token())[0] == 401
    assert refusal(program.exchange(program.code(create_user()), client_secret="x"))[0] == 401


# For a person: authorization_code


def test_a_client_acts_for_a_person_within_what_they_allowed(
    app: Flask, program: Program, tokens: Tokens
) -> None:
    user = create_user(role="viewer", name="Vera")
    given = program.tokens(user, scope="read:customers write:customers")
    assert given["scope"] == "read:customers"
    assert set(given) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    me = CheckedClient(app, given["access_token"]).get("/me").json
    assert (me["type"], me["id"], me["role"]) == ("user", user.id, "viewer")
    assert me["scopes"] == ["read:customers"]
    actor = tokens.authenticate(given["access_token"])
    assert (actor.id, actor.client_id) == (user.id, program.id)


def test_for_a_customers_user_it_sees_that_customer_only(app: Flask, program: Program) -> None:
    other, own = create_customer(), create_customer()
    user = create_user(role="customer", customer_id=own.id)
    client = CheckedClient(app, program.tokens(user)["access_token"])
    assert [row["id"] for row in client.get("/customers").json["data"]] == [own.id]
    assert client.get(f"/customers/{other.id}").status_code == 404
    assert client.get("/invoices").status_code == 403, "it was not asked for"


def test_what_it_does_for_a_person_tells_both_in_the_audit_trail(
    app: Flask, program: Program, db: Database[Row]
) -> None:
    user = create_user()
    token = program.tokens(user, scope="write:customers")["access_token"]
    body = {"name": "Ada", "email": "ada@example.com"}
    made = CheckedClient(app, token).post("/customers", body).json
    event = db.events.find_one({"object_id": made["id"]})
    assert event is not None
    assert (event["actor"]["id"], event["actor"]["client_id"]) == (user.id, program.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "made up"},
        {"code": None},
        {"redirect_uri": None},
        {"redirect_uri": f"{CALLBACK}/"},
        {"code_verifier": None},
        {"code_verifier": "x" * 43},
        {"code_verifier": "short"},
        {"code_verifier": "é" * 50},
    ],
)
def test_a_code_is_good_for_who_asked_for_it_only(program: Program, changes: Tok) -> None:
    code = program.code(create_user())
    status, error = refusal(program.exchange(code, **changes))
    assert status == 400
    assert error in {"invalid_grant", "invalid_request"}
    assert program.exchange(code).status_code == 200, "a mistake does not spend it"


def test_the_verifier_is_wanted_of_confidential_clients_too(program: Program) -> None:
    answer = program.exchange(program.code(create_user()), code_verifier=None)
    assert refusal(answer) == (400, "invalid_request")


def test_a_code_of_another_client_is_nothing(app: Flask, program: Program) -> None:
    code = program.code(create_user())
    thief = Program(app)
    thief.verifier = program.verifier
    assert refusal(thief.exchange(code)) == (400, "invalid_grant")
    assert program.exchange(code).status_code == 200


def test_a_code_lives_a_minute(program: Program) -> None:
    code = program.code(create_user())
    with clock.frozen(clock.now() + timedelta(seconds=60)):
        assert refusal(program.exchange(code)) == (400, "invalid_grant")


def test_a_code_used_twice_ends_what_it_gave(
    app: Flask, program: Program, db: Database[Row]
) -> None:
    code = program.code(create_user())
    given = program.exchange(code).json
    assert alive(app, given["access_token"])
    assert refusal(program.exchange(code)) == (400, "invalid_grant")
    assert not alive(app, given["access_token"])
    assert refusal(program.refresh(given["refresh_token"])) == (400, "invalid_grant")
    event = db.events.find_one({"type": "oauth_client.reuse_detected"})
    assert event is not None
    assert event["object_id"] == program.id


def test_a_code_is_void_once_its_person_lost_rights_or_signed_out(program: Program) -> None:
    user = create_user(role="billing")
    code = program.code(user)
    update_user(user.id, merge(UserInput, user_input(user), {"role": "viewer"}))
    assert refusal(program.exchange(code)) == (400, "invalid_grant")


def test_without_the_grant_there_is_no_refresh_token(app: Flask, db: Database[Row]) -> None:
    program = Program(app, grant_types=["authorization_code"])
    assert "refresh_token" not in program.tokens(create_user())
    assert refusal(program.own_token()) == (400, "unauthorized_client")


# For longer: refresh_token


def test_a_refresh_token_gives_the_next_pair_once(app: Flask, program: Program) -> None:
    first = program.tokens(create_user(), scope="read:customers read:invoices")
    second = program.refresh(first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == "read:customers read:invoices"
    assert alive(app, second["access_token"])
    third = program.refresh(second["refresh_token"])
    assert third.status_code == 200


def test_a_refresh_token_used_twice_ends_its_whole_family(
    app: Flask, program: Program, db: Database[Row]
) -> None:
    user = create_user()
    first, other = program.tokens(user), program.tokens(user)
    second = program.refresh(first["refresh_token"]).json
    assert refusal(program.refresh(first["refresh_token"])) == (400, "invalid_grant")
    for pair in (first, second):
        assert not alive(app, pair["access_token"])
        assert refusal(program.refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert alive(app, other["access_token"])
    assert db.events.count_documents({"type": "oauth_client.reuse_detected"}) == 1


def test_a_refresh_can_ask_for_less_and_never_for_more(program: Program) -> None:
    first = program.tokens(create_user(), scope="read:customers read:invoices")
    less = program.refresh(first["refresh_token"], scope="read:invoices").json
    assert less["scope"] == "read:invoices"
    again = program.refresh(less["refresh_token"]).json
    assert again["scope"] == "read:customers read:invoices"
    more = program.refresh(again["refresh_token"], scope="read:customers write:customers")
    assert refusal(more) == (400, "invalid_scope")
    assert program.refresh(again["refresh_token"]).status_code == 200, "that spent nothing"


def test_a_refresh_token_is_good_for_its_client_only(app: Flask, program: Program) -> None:
    given = program.tokens(create_user())
    other = Program(app)
    assert refusal(other.refresh(given["refresh_token"])) == (400, "invalid_grant")
    for wrong in ("made up", given["access_token"]):
        assert refusal(program.refresh(wrong)) == (400, "invalid_grant")
    assert refusal(program.refresh(None)) == (400, "invalid_request")
    assert program.refresh(given["refresh_token"]).status_code == 200


def test_a_grant_and_a_sign_in_do_not_turn_into_each_other(
    app: Flask, program: Program, anonymous: CheckedClient, tokens: Tokens
) -> None:
    user = create_user()
    grant, sign_in = program.tokens(user), tokens.issue(user)
    wrong = anonymous.post("/auth/refresh", {"refresh_token": grant["refresh_token"]})
    assert (wrong.status_code, wrong.json["code"]) == (401, "invalid_token")
    assert refusal(program.refresh(sign_in.refresh_token)) == (400, "invalid_grant")
    assert program.refresh(grant["refresh_token"]).status_code == 200
    assert tokens.refresh(sign_in.refresh_token)


def test_a_refresh_token_ends_after_30_days_without_use(app: Flask, program: Program) -> None:
    given = program.tokens(create_user())
    with clock.frozen(clock.now() + timedelta(days=29)):
        later = program.refresh(given["refresh_token"]).json
    with clock.frozen(clock.now() + timedelta(days=58)):
        assert program.refresh(later["refresh_token"]).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=89)):
        assert refusal(program.refresh(later["refresh_token"])) == (400, "invalid_grant")


# Ending


def test_revoking_a_client_counts_at_once_on_every_instance(
    app: Flask, settings: Settings, program: Program
) -> None:
    own, lent = program.own_token().json, program.tokens(create_user())
    code = program.code(create_user())
    elsewhere = create_app(settings, connect=False)
    assert alive(elsewhere, own["access_token"])
    assert alive(elsewhere, lent["access_token"])
    revoke_client(program.id)
    assert not alive(elsewhere, own["access_token"])
    assert not alive(elsewhere, lent["access_token"])
    for answer in (program.own_token(), program.refresh(lent["refresh_token"])):
        assert refusal(answer) == (401, "invalid_client")
    assert refusal(program.exchange(code)) == (401, "invalid_client")


def test_what_is_taken_from_a_client_is_taken_from_its_tokens(app: Flask, program: Program) -> None:
    user = create_user()
    reads = program.own_token(scope="read:customers").json["access_token"]
    writes = program.own_token(scope="write:customers").json["access_token"]
    lent = program.tokens(user, scope="write:customers")["access_token"]
    narrowed(program, scopes=["read:customers", "read:invoices"])
    assert alive(app, reads)
    assert not alive(app, writes)
    assert not alive(app, lent)
    lent = program.tokens(user)["access_token"]
    narrowed(program, grant_types=["client_credentials"])
    assert alive(app, reads)
    assert not alive(app, lent)


def test_a_code_gives_nothing_that_the_client_may_have_no_longer(program: Program) -> None:
    user = create_user()
    codes = [program.code(user, scope=f"{some}read:invoices") for some in ("read:customers ", "")]
    narrowed(program, scopes=["read:customers"])
    first, second = map(program.exchange, codes)
    assert first.json["scope"] == "read:customers"
    assert refusal(second) == (400, "invalid_scope")


def test_a_person_who_signs_out_everywhere_ends_what_they_allowed(
    app: Flask, program: Program
) -> None:
    user = create_user(role="viewer")
    given = program.tokens(user)
    update_user(user.id, merge(UserInput, user_input(user), {"status": "disabled"}))
    assert not alive(app, given["access_token"])
    assert refusal(program.refresh(given["refresh_token"])) == (400, "invalid_grant")


# At once


def test_of_eight_who_use_a_code_at_once_one_wins_and_the_others_end_it(
    app: Flask, program: Program
) -> None:
    code = program.code(create_user())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: program.exchange(code), range(8)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {refusal(a) for a in answers if a not in won} == {(400, "invalid_grant")}
    assert not alive(app, won[0].json["access_token"])


def test_of_eight_who_refresh_at_once_one_wins_and_the_others_end_it(
    app: Flask, program: Program, db: Database[Row]
) -> None:
    given = program.tokens(create_user())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: program.refresh(given["refresh_token"]), range(8)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {refusal(a) for a in answers if a not in won} == {(400, "invalid_grant")}
    assert not alive(app, won[0].json["access_token"])
    assert refusal(program.refresh(won[0].json["refresh_token"])) == (400, "invalid_grant")


def test_many_tokens_at_once_for_one_client(app: Flask, program: Program) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: program.own_token(), range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["access_token"] for answer in answers}) == 24


def test_no_token_survives_a_client_that_is_revoked_while_it_is_given(
    app: Flask, db: Database[Row]
) -> None:
    for _ in range(5):
        program = Program(app)
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(program.own_token) for _ in range(3)]
            pool.submit(revoke_client, program.id).result()
            answers = [each.result() for each in asked]
        for answer in answers:
            assert answer.status_code != 200 or not alive(app, answer.json["access_token"])
