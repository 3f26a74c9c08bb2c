"""API clients in the browser: for admins only, and a secret is shown once."""

from __future__ import annotations

import re

import pytest

from billing.database import Database, Row
from billing.oauth.client_secrets import secret_matches
from billing.oauth.models import Client
from billing.oauth.queries import get_client
from tests.factories import create_client
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen

CLIENTS = "/oauth-clients"


@pytest.fixture
def crm(db: Database[Row]) -> Client:
    return create_client(name="Harbour CRM")


def secret_of(seen: Seen) -> str:
    """The secret that a page shows, beside a button that copies it."""
    (secret,) = set(re.findall(r"dbs_[\w-]{43}", seen.text))
    assert f'data-copy="{secret}"' in seen.html
    assert seen.headers["Cache-Control"] == "no-store"
    return secret


def add(admin: PageClient, **typed: str) -> Seen:
    form = admin.get(f"{CLIENTS}/new")
    values = {"name": "Harbour CRM", "scopes": "read:customers", **typed}
    return admin.send(form, **values)


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_only_admins_look_after_clients(visiting_as: Visitor, crm: Client, role: str) -> None:
    visitor = visiting_as(role)
    for path in (CLIENTS, f"{CLIENTS}/new", f"{CLIENTS}/{crm.id}", f"{CLIENTS}/{crm.id}/rotate"):
        assert visitor.get(path).status == 403
    assert CLIENTS not in visitor.get("/").links()


def test_a_new_client_is_shown_its_secret_once(admin: PageClient) -> None:
    assert CLIENTS in admin.get("/").links()
    seen = add(admin)
    secret = secret_of(seen)
    (own,) = (link for link in seen.links() if re.fullmatch(rf"{CLIENTS}/cli_\w+", link))
    client = get_client(own.rpartition("/")[2])
    assert (client.name, client.scopes) == ("Harbour CRM", ["read:customers"])
    assert secret_matches(client, secret)
    for path in (own, f"{own}/edit", CLIENTS, "/events"):
        assert secret not in admin.get(path).html
    assert f"…{secret[-4:]}" in admin.get(own).text
    with admin.browser.session_transaction() as session:
        assert secret not in str(dict(session))


def test_what_is_wrong_is_named_beside_its_field(admin: PageClient, db: Database[Row]) -> None:
    seen = add(admin, grant_types="authorization_code", redirect_uris="http://a.example/cb")
    assert seen.status == 422
    assert "must begin with https://" in seen.error_of("redirect_uris")
    assert "not be empty" in add(admin, scopes=None).error_of("scopes")  # type: ignore[arg-type]
    seen = add(admin, grant_types="authorization_code", redirect_uris="")
    assert "are required for authorization_code" in seen.alerts()
    assert db.oauth_clients.count_documents({}) == 0


def test_a_public_client_leads_straight_to_its_page(admin: PageClient) -> None:
    typed = {"type": "public", "grant_types": "authorization_code"}
    uris = "https://a.example/cb\r\n\r\n  http://127.0.0.1/cb  "
    seen = admin.follow(add(admin, **typed, redirect_uris=uris))
    assert "Harbour CRM was added." in seen.text
    assert "http://127.0.0.1/cb" in seen.text
    assert "New secret" not in seen.text


def test_editing_shows_what_there_is_and_keeps_the_rest(
    admin: PageClient, db: Database[Row]
) -> None:
    client = create_client(
        grant_types=["authorization_code", "refresh_token"],
        redirect_uris=["https://a.example/cb", "https://b.example/cb"],
        scopes=["read:customers", "read:plans"],
    )
    form = admin.get(f"{CLIENTS}/{client.id}/edit")
    assert form.values()["redirect_uris"].split() == client.redirect_uris
    assert form.values().getlist("scopes") == client.scopes
    admin.follow(admin.send(form, name="Renamed", rate_limit="90"))
    changed = get_client(client.id)
    assert (changed.name, changed.rate_limit) == ("Renamed", 90)
    assert (changed.redirect_uris, changed.scopes) == (client.redirect_uris, client.scopes)
    assert (changed.type, changed.grant_types) == (client.type, client.grant_types)


def test_another_secret_is_shown_once_and_leaves_the_present_one_its_time(
    admin: PageClient, crm: Client
) -> None:
    path = f"{CLIENTS}/{crm.id}/rotate"
    assert admin.get(path).values()["overlap_hours"] == "24"
    secret = secret_of(admin.submit(path, overlap_hours="2"))
    kept = get_client(crm.id)
    assert secret_matches(kept, secret)
    assert [each.expires_at is None for each in kept.secrets] == [False, True]
    assert secret not in admin.get(f"{CLIENTS}/{crm.id}").html
    assert admin.submit(path, overlap_hours="-1").status == 422
    secret_of(admin.submit(path, overlap_hours="0"))
    assert len(get_client(crm.id).secrets) == 1


def test_revoking_is_asked_once_and_final(admin: PageClient, crm: Client) -> None:
    path = f"{CLIENTS}/{crm.id}/revoke"
    assert "cannot be undone" in admin.get(path).text
    seen = admin.follow(admin.submit(path))
    assert "Harbour CRM is revoked." in seen.text
    assert path not in seen.links()
    assert get_client(crm.id).status == "revoked"
    assert admin.submit(f"{CLIENTS}/{crm.id}/edit", name="X").status == 409


def test_a_stale_form_changes_nothing(admin: PageClient, crm: Client) -> None:
    form = admin.get(f"{CLIENTS}/{crm.id}/edit")
    admin.submit(f"{CLIENTS}/{crm.id}/rotate")
    seen = admin.send(form, name="Late")
    assert seen.status == 409
    assert "Somebody changed this" in seen.text
    assert get_client(crm.id).name == "Harbour CRM"


def test_the_list_searches_and_filters(admin: PageClient, crm: Client) -> None:
    create_client(name="Nightly export")
    admin.submit(f"{CLIENTS}/{crm.id}/revoke")
    assert "Nightly export" not in admin.get(f"{CLIENTS}?q=harb").text
    assert "Harbour CRM" in admin.get(f"{CLIENTS}?status=revoked").text
    assert "Harbour CRM" not in admin.get(f"{CLIENTS}?status=active").text
