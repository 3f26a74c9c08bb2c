"""API clients: made, changed, given another secret, revoked; and what the audit trail tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing import clock
from billing.database import Database, Row
from billing.errors import Invalid, StaleRevision
from billing.inputs import merge, parse
from billing.oauth.client_secrets import secret_matches
from billing.oauth.errors import ClientHasNoSecret, ClientIsRevoked, ClientTypeIsFixed
from billing.oauth.inputs import ClientInput, RotateSecret, as_input
from billing.oauth.queries import find_active_client, get_client, list_clients
from billing.oauth.revoke_client import revoke_client
from billing.oauth.rotate_secret import rotate_secret
from billing.oauth.update_client import update_client
from tests.factories import create_client, create_told_client

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOR_PEOPLE = {
    "grant_types": ["authorization_code", "refresh_token"],
    "redirect_uris": ["https://app.example.com/cb"],
}
SECRET_BYTES = 43  # 256 bits in base64


def works(client_id: str, secret: str | None) -> bool:
    client = find_active_client(client_id)
    return client is not None and secret is not None and secret_matches(client, secret)


def test_a_secret_is_256_random_bits_that_nothing_at_rest_leads_to(db: Database[Row]) -> None:
    client, secret = create_told_client()
    assert secret is not None
    assert len(secret.removeprefix("dbs_")) == SECRET_BYTES
    assert create_told_client().secret != secret
    stored = str([list(db[name].find()) for name in db.list_collection_names()])
    assert secret not in stored
    assert secret.removeprefix("dbs_") not in stored
    assert works(client.id, secret)
    for wrong in (
        "",
        secret[:-1],
        secret + "x",
        secret.upper(),
        get_client(client.id).secrets[0].hash,
    ):
        assert not works(client.id, wrong)


def test_a_public_client_has_no_secret(db: Database[Row]) -> None:
    client, secret = create_told_client(type="public", **FOR_PEOPLE)
    assert (secret, client.secrets, client.token_endpoint_auth_method) == (None, [], "none")
    assert not works(client.id, "")
    with pytest.raises(ClientHasNoSecret):
        rotate_secret(client.id, RotateSecret())


@pytest.mark.parametrize(
    "values",
    [
        {"scopes": []},
        {"scopes": ["write:everything"]},
        {"scopes": ["read:users"]},
        {"scopes": ["write:oauth_clients"]},
        {"grant_types": ["password"]},
        {"grant_types": ["authorization_code"]},
        {"grant_types": ["refresh_token"]},
        {"grant_types": []},
        {"type": "public"},
        {"type": "public", **FOR_PEOPLE, "token_endpoint_auth_method": "client_secret_basic"},
        {"token_endpoint_auth_method": "none"},
        {**FOR_PEOPLE, "redirect_uris": ["http://app.example.com/cb"]},
        {"rate_limit": 0},
        {"rate_limit": True},
    ],
)
def test_a_client_that_cannot_be_safe_is_refused(db: Database[Row], values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        parse(ClientInput, {"name": "X", "scopes": ["read:customers"], **values}, strict=True)
    assert db.oauth_clients.count_documents({}) == 0


def test_another_secret_leaves_the_present_one_its_time(db: Database[Row]) -> None:
    with clock.frozen(NOON):
        client, first = create_told_client()
        second = rotate_secret(client.id, RotateSecret(overlap_hours=2)).secret
        assert works(client.id, first)
        assert works(client.id, second)
    with clock.frozen(NOON + timedelta(hours=2, seconds=-1)):
        assert works(client.id, first)
    with clock.frozen(NOON + timedelta(hours=2)):
        assert not works(client.id, first)
        assert works(client.id, second)


def test_a_secret_that_ends_is_not_given_more_time_by_the_next(db: Database[Row]) -> None:
    with clock.frozen(NOON):
        client, first = create_told_client()
        rotate_secret(client.id, RotateSecret(overlap_hours=1))
        third = rotate_secret(client.id, RotateSecret(overlap_hours=24)).secret
    with clock.frozen(NOON + timedelta(hours=1)):
        assert not works(client.id, first)
        rotate_secret(client.id, RotateSecret())
        assert works(client.id, third)
    assert len(get_client(client.id).secrets) == 3, "the one that has ended is not kept"


def test_without_overlap_the_present_secret_ends_at_once(db: Database[Row]) -> None:
    client, first = create_told_client()
    told = rotate_secret(client.id, RotateSecret(overlap_hours=0))
    assert not works(client.id, first)
    assert works(client.id, told.secret)
    assert len(get_client(client.id).secrets) == 1


def test_a_client_keeps_its_type(db: Database[Row]) -> None:
    client = create_client(**FOR_PEOPLE)
    with pytest.raises(ClientTypeIsFixed) as refused:
        update_client(client.id, merge(ClientInput, as_input(client), {
            "type": "public", "token_endpoint_auth_method": None,
        }))  # fmt: skip
    assert refused.value.errors[0].field == "type"


def test_who_read_an_older_client_overwrites_nothing(db: Database[Row]) -> None:
    client = create_client()
    rotate_secret(client.id, RotateSecret(), 1)
    for act in (
        lambda: update_client(client.id, as_input(client), 1),
        lambda: rotate_secret(client.id, RotateSecret(), 1),
        lambda: revoke_client(client.id, 1),
    ):
        with pytest.raises(StaleRevision):
            act()


def test_a_revoked_client_stays_revoked(db: Database[Row]) -> None:
    client, secret = create_told_client()
    revoke_client(client.id)
    assert not works(client.id, secret)
    assert get_client(client.id).secrets == []
    for act in (
        lambda: update_client(client.id, as_input(client)),
        lambda: rotate_secret(client.id, RotateSecret()),
        lambda: revoke_client(client.id),
    ):
        with pytest.raises(ClientIsRevoked):
            act()


def test_the_trail_names_each_act_and_no_secret(db: Database[Row]) -> None:
    client = create_client()
    update_client(client.id, merge(ClientInput, as_input(client), {"name": "Renamed"}))
    rotate_secret(client.id, RotateSecret())
    revoke_client(client.id)
    events = list(db.events.find({"object_id": client.id}).sort("_id", 1))
    assert [event["type"] for event in events] == [
        "oauth_client.created",
        "oauth_client.updated",
        "oauth_client.secret_rotated",
        "oauth_client.revoked",
    ]
    assert events[1]["changes"]["name"][1] == "Renamed"
    assert events[2]["changes"] == {"secrets": ["(hidden)", "(hidden)"]}
    assert "hash" not in str(events)
    assert "last4" not in str(events)


def test_lists_search_by_name_and_never_tell_a_hash(db: Database[Row]) -> None:
    create_client(name="Harbour CRM")
    old = create_client(name="Nightly export")
    revoke_client(old.id)
    assert [row["name"] for row in list_clients(q="harb").items] == ["Harbour CRM"]
    assert [row["_id"] for row in list_clients(status="revoked").items] == [old.id]
    assert "hash" not in str(list_clients().items)
