"""Sessions: each is a row, lives by the database's clock, and ends where its user's rights end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from billing.database import Database, Row
from billing.inputs import merge
from billing.users.devices import device_of
from billing.users.errors import InvalidToken, SessionNotFound
from billing.users.inputs import ChangePassword, UserInput, as_input
from billing.users.models import User
from billing.users.queries import get_user
from billing.users.save_user import change_password, end_sessions, update_user
from billing.users.sessions import IDLE, LONGEST, STEP, begin_session, end_session, find_session
from billing.users.sign_ins import end_sign_in, sign_ins_of, sign_out_elsewhere
from billing.users.tokens import Tokens
from tests.factories import PASSWORD, create_user

TOKENS = Tokens("k1Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQeB", "http://localhost:3000")
SECOND = timedelta(seconds=1)


def begin(user: User, device: str = "Firefox on Linux") -> str:
    return begin_session(user, "By password", device=device, ip="192.0.2.7")


def row_of(db: Database[Row], id_: str) -> Row:
    return db.sessions.find_one({"_id": id_}) or {}


def let_pass(db: Database[Row], id_: str, time: timedelta) -> None:
    """As if the session had been seen last that much earlier."""
    row = row_of(db, id_)
    earlier = {name: row[name] - time for name in ("seen_at", "expires_at")}
    db.sessions.update_one({"_id": id_}, {"$set": earlier})


def test_a_session_leads_to_its_user(db: Database[Row]) -> None:
    user = create_user()
    found = find_session(begin(user))
    assert found
    assert (found.user.id, found.user.email, found.how) == (user.id, user.email, "By password")
    assert isinstance(found.user, User)


@pytest.mark.parametrize("unknown", ["", "ses_x", "$where", "usr_01JD:1"])
def test_what_is_no_session_leads_to_nobody(db: Database[Row], unknown: str) -> None:
    begin(create_user())
    assert find_session(unknown) is None


def test_no_field_is_read_as_an_expression(db: Database[Row]) -> None:
    id_ = begin_session(create_user(), "$how", device="$$NOW", ip="$_id")
    row = row_of(db, id_)
    assert (row["how"], row["device"], row["ip"]) == ("$how", "$$NOW", "$_id")


def test_a_session_ends_when_it_is_not_used(db: Database[Row]) -> None:
    id_ = begin(create_user())
    row = row_of(db, id_)
    assert row["expires_at"] - row["created_at"] == IDLE
    let_pass(db, id_, IDLE - 60 * SECOND)
    assert find_session(id_)
    let_pass(db, id_, IDLE)
    assert find_session(id_) is None
    assert db.sessions.index_information()["expiry"]["expireAfterSeconds"] == 0


def test_using_it_keeps_it_but_not_for_ever(db: Database[Row]) -> None:
    id_ = begin(create_user())
    row = row_of(db, id_)
    begun = row["created_at"] - LONGEST + timedelta(hours=1)
    db.sessions.update_one({"_id": id_}, {"$set": {"created_at": begun}})
    let_pass(db, id_, STEP)
    assert find_session(id_)
    assert row_of(db, id_)["expires_at"] == begun + LONGEST


def test_it_is_seen_in_steps_and_from_where(db: Database[Row]) -> None:
    id_ = begin(create_user())
    before = row_of(db, id_)
    find_session(id_, "192.0.2.8")
    assert row_of(db, id_) == before
    let_pass(db, id_, STEP)
    find_session(id_, "192.0.2.8")
    after = row_of(db, id_)
    assert after["seen_at"] >= before["seen_at"]
    assert after["ip"] == "192.0.2.8"


@pytest.mark.parametrize(
    "changed", [{"status": "disabled"}, {"role": "billing"}, {"password": "a completely new one"}]
)
def test_losing_rights_or_the_password_ends_sessions(db: Database[Row], changed: Row) -> None:
    create_user()
    user, other = create_user(role="viewer"), create_user()
    id_, kept = begin(user), begin(other)
    update_user(user.id, merge(UserInput, as_input(user), changed))
    assert find_session(id_) is None
    assert row_of(db, id_) == {}
    assert find_session(kept)


def test_a_session_begun_while_all_were_ended_is_dead(db: Database[Row]) -> None:
    user = create_user()
    end_sessions(user.id)
    assert find_session(begin(user)) is None
    assert find_session(begin(get_user(user.id)))


def test_changing_ones_password_ends_them(db: Database[Row]) -> None:
    user = create_user()
    id_ = begin(user)
    change_password(user.id, ChangePassword(current_password=PASSWORD, new_password="a newer one!"))
    assert find_session(id_) is None


def test_one_is_ended_by_its_owner_only(db: Database[Row]) -> None:
    user, other = create_user(), create_user()
    mine, also_mine, theirs = begin(user), begin(user), begin(other)
    end_session(user, mine)
    for id_ in (mine, theirs):
        with pytest.raises(SessionNotFound):
            end_session(user, id_)
    assert find_session(also_mine)
    assert find_session(theirs)
    event = db.events.find_one({"type": "user.signed_out"}) or {}
    assert (event["object_id"], event["reason"]) == (user.id, "Firefox on Linux")


def test_sign_ins_of_browsers_and_at_the_api_are_listed(db: Database[Row]) -> None:
    user = create_user()
    here, there = begin(user), begin(user, "Safari on iPhone")
    begin(create_user())
    let_pass(db, there, STEP)
    TOKENS.issue(user, device="curl", ip="192.0.2.9")
    found = sign_ins_of(user.id, here)
    assert [(s.device, s.ip, s.is_here, s.is_now) for s in found] == [
        ("Firefox on Linux", "192.0.2.7", True, True),
        ("Safari on iPhone", "192.0.2.7", False, False),
        ("curl", "192.0.2.9", False, False),
    ]


def test_a_sign_in_at_the_api_is_ended_by_its_owner_only(db: Database[Row]) -> None:
    user, other = create_user(), create_user()
    pair: Any = TOKENS.issue(user)
    (sign_in,) = sign_ins_of(user.id, "")
    with pytest.raises(SessionNotFound):
        end_sign_in(other, sign_in.id)
    end_sign_in(user, sign_in.id)
    with pytest.raises(InvalidToken):
        TOKENS.authenticate(pair.access_token)
    with pytest.raises(SessionNotFound):
        end_sign_in(user, sign_in.id)


def test_signing_out_elsewhere_keeps_this_session(db: Database[Row]) -> None:
    user, other = create_user(), create_user()
    here, there, theirs = begin(user), begin(user), begin(other)
    pair = TOKENS.issue(user)
    sign_out_elsewhere(user.id, here)
    assert [find_session(id_) is not None for id_ in (here, there, theirs)] == [True, False, True]
    with pytest.raises(InvalidToken):
        TOKENS.authenticate(pair.access_token)


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15"
PHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {SAFARI} Safari/604.1"
FIREFOX = "rv:144.0) Gecko/20100101 Firefox/144.0"


@pytest.mark.parametrize(
    ("header", "device"),
    [
        (CHROME, "Chrome on Windows"),
        (f"{CHROME} Edg/142.0.0.0", "Edge on Windows"),
        (MAC, "Safari on macOS"),
        (PHONE, "Safari on iPhone"),
        (f"Mozilla/5.0 (Android 15; Mobile; {FIREFOX}", "Firefox on Android"),
        (f"Mozilla/5.0 (X11; Linux x86_64; {FIREFOX}", "Firefox on Linux"),
        ("curl/8.14.1", "curl"),
        ("", "Unknown browser"),
        ("<script>" * 1000, "Unknown browser"),
    ],
)
def test_devices_are_told_in_words(header: str, device: str) -> None:
    assert device_of(header) == device
