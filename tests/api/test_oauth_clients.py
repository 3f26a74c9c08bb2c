"""OAuth clients over the API: for admins only, and their secrets told once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from billing.database import Database, Row
from billing.oauth.create_client import Told
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_client
from tests.api.oauth_program import Program

CLIENTS = "/oauth_clients"
CRM: dict[str, Any] = {"name": "Harbour CRM", "scopes": ["read:customers", "read:invoices"]}


def works(app: Flask, client_id: str, secret: str) -> bool:
    program = Program(app, Told(create_client(), None))
    return program.own_token(basic=f"{client_id}:{secret}").status_code == 200


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_clients_are_for_admins_only(speaking_as: Speaker, role: str) -> None:
    client = speaking_as(role)
    for answer in (client.get(CLIENTS), client.post(CLIENTS, CRM)):
        assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")


def test_no_client_can_look_after_clients_or_users(app: Flask, admin: CheckedClient) -> None:
    for scope in ("read:oauth_clients", "write:oauth_clients", "read:users", "write:users"):
        answer = admin.post(CLIENTS, {**CRM, "scopes": [scope]})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == "scopes.0"


def test_a_new_client_is_told_its_secret_once(app: Flask, admin: CheckedClient) -> None:
    made = admin.post(CLIENTS, CRM)
    assert made.status_code == 201
    secret = made.json["client_secret"]
    assert made.json["secrets"][0]["last4"] == secret[-4:]
    assert works(app, made.json["id"], secret)
    shown = admin.get(made.headers["Location"].removeprefix("/api/v1"))
    assert shown.json == {k: v for k, v in made.json.items() if k != "client_secret"}
    for answer in (shown, admin.get(CLIENTS), admin.get("/events?type=oauth_client.created")):
        assert secret not in answer.text
        assert "hash" not in answer.text
    assert shown.json["token_endpoint_auth_method"] == "client_secret_basic"
    assert shown.json["grant_types"] == ["client_credentials"]


def test_a_public_client_is_told_none(admin: CheckedClient) -> None:
    body = {
        **CRM,
        "type": "public",
        "grant_types": ["authorization_code"],
        "redirect_uris": ["http://127.0.0.1/cb"],
    }
    made = admin.post(CLIENTS, body).json
    assert (made["client_secret"], made["secrets"]) == (None, [])
    answer = admin.post(f"{CLIENTS}/{made['id']}/rotate_secret")
    assert (answer.status_code, answer.json["code"]) == (409, "oauth_client_without_secret")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": "read:customers"}, "scopes"),
        ({"redirect_uris": ["http://app.example.com/cb"]}, "redirect_uris.0"),
        ({"redirect_uris": ["https://a.example/cb", "ftp://x"]}, "redirect_uris.1"),
        ({"grant_types": ["authorization_code"]}, ""),
        ({"type": "public"}, ""),
        ({"rate_limit": 0}, "rate_limit"),
        ({"rate_limit": "60"}, "rate_limit"),
        ({"secrets": []}, "secrets"),
        ({"client_secret": "mine"}, "client_secret"),
        ({"status": "active"}, "status"),
    ],
)
def test_what_makes_no_sense_is_422(
    admin: CheckedClient, change: dict[str, Any], field: str
) -> None:
    answer = admin.post(CLIENTS, {**CRM, **change})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {field}


def test_put_replaces_and_patch_merges(admin: CheckedClient) -> None:
    client_id = admin.post(CLIENTS, {**CRM, "rate_limit": 100}).json["id"]
    path = f"{CLIENTS}/{client_id}"
    patched = admin.patch(path, {"name": "CRM"}).json
    assert (patched["name"], patched["rate_limit"]) == ("CRM", 100)
    assert admin.patch(path, {"rate_limit": None}).json["rate_limit"] is None
    replaced = admin.put(path, {**CRM, "scopes": ["read:plans"]}).json
    assert (replaced["name"], replaced["scopes"]) == ("Harbour CRM", ["read:plans"])
    answer = admin.patch(path, {"type": "public", "token_endpoint_auth_method": None})
    assert answer.status_code == 422


def test_rotating_leaves_the_present_secret_its_time(app: Flask, admin: CheckedClient) -> None:
    made = admin.post(CLIENTS, CRM).json
    path = f"{CLIENTS}/{made['id']}/rotate_secret"
    second = admin.post(path).json
    assert [secret["expires_at"] is None for secret in second["secrets"]] == [False, True]
    assert works(app, made["id"], made["client_secret"])
    third = admin.post(path, {"overlap_hours": 0}).json
    assert len(third["secrets"]) == 1
    assert not works(app, made["id"], made["client_secret"])
    assert not works(app, made["id"], second["client_secret"])
    assert works(app, made["id"], third["client_secret"])
    for wrong in (-1, 721, "24", None, True):
        assert admin.post(path, {"overlap_hours": wrong}).status_code == 422


def test_deleting_revokes_for_good(app: Flask, admin: CheckedClient) -> None:
    made = admin.post(CLIENTS, CRM).json
    path = f"{CLIENTS}/{made['id']}"
    assert admin.delete(path).status_code == 204
    shown = admin.get(path).json
    assert (shown["status"], shown["secrets"]) == ("revoked", [])
    assert not works(app, made["id"], made["client_secret"])
    for answer in (admin.delete(path), admin.put(path, CRM), admin.post(f"{path}/rotate_secret")):
        assert (answer.status_code, answer.json["code"]) == (409, "oauth_client_revoked")
    assert [row["id"] for row in admin.get(f"{CLIENTS}?status=revoked").json["data"]] == [
        made["id"]
    ]


def test_a_stale_etag_is_412(admin: CheckedClient) -> None:
    made = admin.post(CLIENTS, CRM)
    path = f"{CLIENTS}/{made.json['id']}"
    etag = made.headers["ETag"]
    assert admin.patch(path, {"name": "New"}, if_match=etag).status_code == 200
    for answer in (
        admin.put(path, CRM, if_match=etag),
        admin.post(f"{path}/rotate_secret", if_match=etag),
        admin.delete(path, if_match=etag),
    ):
        assert answer.status_code == 412


def test_an_answer_that_is_given_again_tells_the_same_secret_and_is_sealed(
    admin: CheckedClient, db: Database[Row]
) -> None:
    key = {"Idempotency-Key": "create-crm-1"}
    first, again = (admin.post(CLIENTS, CRM, headers=key) for _ in range(2))
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    assert db.oauth_clients.count_documents({}) == 1
    stored = str([list(db[name].find()) for name in db.list_collection_names()])
    assert first.json["client_secret"] not in stored


def test_lists_filter(admin: CheckedClient) -> None:
    crm = admin.post(CLIENTS, CRM).json
    create_client(name="Nightly export")
    assert [row["id"] for row in admin.get(f"{CLIENTS}?q=harb").json["data"]] == [crm["id"]]
    assert admin.get(f"{CLIENTS}?q=harb").json["data"][0]["object"] == "oauth_client"
    assert admin.get(f"{CLIENTS}/cli_nobody").json["code"] == "oauth_client_not_found"
