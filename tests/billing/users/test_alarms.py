"""What fails around an account is told: the log of each, the trail of what an account can bear."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from billing import sealing
from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.oauth.received import Received
from billing.oauth.server import server_of
from billing.settings import Settings
from billing.users.check_code import check_code
from billing.users.confirm import confirm_session
from billing.users.errors import InvalidCredentials, InvalidToken, LinkSpent, WrongCode
from billing.users.inputs import ChangePassword, Confirmation
from billing.users.links import get_link_user
from billing.users.save_user import change_password
from billing.users.sessions import begin_session, find_session
from billing.users.sign_in import sign_in
from billing.users.throttle import PER_ACCOUNT
from billing.users.tokens import Tokens
from tests.factories import PASSWORD, create_second_factor, create_user

STRANGER = Actor(type="anonymous", ip="192.0.2.7", request_id="req1")


@pytest.fixture
def sealed() -> None:
    sealing.use_secret("a secret key for tests, as long as need be")


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Any:
    """The security events of the log so far, as their fields."""
    caplog.set_level(logging.WARNING, "duebill.security")

    def fields() -> list[dict[str, Any]]:
        lines = [r for r in caplog.records if r.name == "duebill.security"]
        return [record.fields for record in lines]  # type: ignore[attr-defined]

    return fields


def trail(db: Database[Row], user_id: str) -> list[str]:
    found = db.events.find({"object_id": user_id, "type": {"$ne": "user.created"}}).sort("_id", 1)
    return [row["type"] for row in found]


def fail(email: str) -> None:
    with acting_as(STRANGER), pytest.raises(InvalidCredentials):
        sign_in(email, "a wrong password", STRANGER.ip)


def test_each_failed_sign_in_is_a_line_that_says_why(db: Database[Row], told: Any) -> None:
    user, disabled = create_user(), create_user(status="disabled")
    fail("hunter2@example.com")
    fail(user.email)
    with acting_as(STRANGER), pytest.raises(InvalidCredentials):
        sign_in(disabled.email, PASSWORD, STRANGER.ip)
    same = {"event": "sign_in.refused", "actor_type": "anonymous"}
    same |= {"ip": "192.0.2.7", "request_id": "req1"}
    assert told() == [
        {**same, "reason": "no such account"},
        {**same, "reason": "wrong password", "user_id": user.id},
        {**same, "reason": "account not active", "user_id": disabled.id},
    ]


def test_the_trail_tells_once_that_an_account_has_to_wait(db: Database[Row]) -> None:
    user = create_user()
    for _ in range(PER_ACCOUNT - 1):
        fail(user.email)
    assert trail(db, user.id) == []
    fail(user.email)
    assert trail(db, user.id) == ["user.sign_in_blocked"]
    event = db.events.find_one({"type": "user.sign_in_blocked"}) or {}
    assert (event["ip"], event["actor"]["type"]) == ("192.0.2.7", "anonymous")


def test_a_wrong_code_is_in_the_trail_though_what_asked_for_it_is_undone(
    db: Database[Row], sealed: None, told: Any
) -> None:
    phone = create_second_factor()
    with acting_as(STRANGER), pytest.raises(WrongCode):
        check_code(phone.user, "000000", STRANGER.ip)
    assert trail(db, phone.user.id)[-1] == "user.code_refused"
    assert told()[-1]["event"] == "code.refused"
    assert "000000" not in str(told())


def test_showing_who_one_is_is_in_the_trail_and_so_is_failing_to(db: Database[Row]) -> None:
    user = create_user()
    session = find_session(begin_session(user, "By password", device="Firefox", ip=None))
    assert session
    with pytest.raises(InvalidCredentials):
        confirm_session(session, Confirmation(secret="wrong"))
    confirm_session(session, Confirmation(secret=PASSWORD))
    data = ChangePassword(current_password="wrong", new_password="a quite different one")
    with pytest.raises(InvalidCredentials):
        change_password(user.id, data)
    assert trail(db, user.id) == [
        "user.password_refused",
        "user.confirmed",
        "user.password_refused",
    ]


def test_a_refresh_token_that_is_used_twice_is_in_the_trail(
    db: Database[Row], settings: Settings
) -> None:
    user = create_user()
    tokens = Tokens(settings.jwt_secret, "https://billing.example.com")
    pair = tokens.issue(user)
    tokens.refresh(pair.refresh_token)
    with pytest.raises(InvalidToken):
        tokens.refresh(pair.refresh_token)
    assert trail(db, user.id) == ["user.reuse_detected"]


def test_a_link_that_opens_nothing_is_a_line_without_its_token(
    db: Database[Row], told: Any
) -> None:
    with pytest.raises(LinkSpent):
        get_link_user("a-token-of-somebody", "sign_in")
    assert [line["event"] for line in told()] == ["link.refused"]
    assert "a-token" not in str(told())


def test_a_client_that_cannot_show_who_it_is_is_a_line(
    db: Database[Row], settings: Settings, told: Any
) -> None:
    asked = [("grant_type", "client_credentials"), ("client_id", "cli_" + "0" * 26)]
    received = Received(
        url="https://billing.example.com/oauth/token",
        parameters=[*asked, ("client_secret", "dbs_of_nobody")],
        authorization="",
    )
    assert server_of(settings).token(received).status in {400, 401}
    assert [(line["event"], line["reason"]) for line in told()] == [
        ("client.refused", "invalid_client")
    ]
    assert "dbs_" not in str(told())
