"""OAuth as its clients know it: two libraries that are not ours, over HTTP, to the last step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError
from oauthlib.oauth2 import WebApplicationClient as WebClient
from pymongo.database import Database
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session as OauthlibSession

from billing.database import Row
from billing.settings import Settings
from billing.users.models import User
from portal.app import create_app
from tests.browser.live import served
from tests.factories import PASSWORD, create_customer, create_told_client, create_user
from tests.portal.page_client import parse, values_of
from tests.ports import free_port

CALLBACK = "https://app.example.com/callback"
SCOPE = ["read:customers", "read:invoices"]


@pytest.fixture(scope="module")
def portal(settings: Settings, connected_database: None) -> Iterator[str]:
    """The address of a portal that knows its own address."""
    port = free_port()
    own = settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    with served(create_app(own, connect=False), port) as address:
        yield address


@pytest.fixture(autouse=True)
def loopback_needs_no_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def metadata(portal: str, db: Database[Row]) -> dict[str, str]:
    found: dict[str, str] = requests.get(
        f"{portal}/.well-known/oauth-authorization-server", timeout=30
    ).json()
    assert found["issuer"] == portal
    return found


def allow(address: str, user: User) -> str:
    """Go there in a browser, sign in, allow; where the browser is sent in the end."""
    browser = requests.Session()
    page = browser.get(address, timeout=30)
    assert "/sign-in" in page.url
    signed_in = _submit(browser, page, email=user.email, password=PASSWORD)
    consent = browser.get(_target(signed_in), timeout=30)
    answer = _submit(browser, consent, decision="allow")
    return _target(answer)


def _submit(browser: requests.Session, page: requests.Response, **typed: str) -> requests.Response:
    document = parse(page.text)
    main = document.find(".//main")
    assert main is not None
    form = next(f for f in main.iter("form") if f.get("method") == "post")
    where = requests.compat.urljoin(page.url, form.get("action", ""))
    data = {**dict(values_of(form)), **typed}
    return browser.post(where, data, allow_redirects=False, timeout=30)


def _target(answer: requests.Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(requests.compat.urljoin(answer.url, answer.headers["Location"]))


def me(get: Callable[[str], Any], portal: str) -> dict[str, Any]:
    answer = get(f"{portal}/api/v1/me")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def for_people(**values: Any) -> Any:
    usual = {
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [CALLBACK],
        "scopes": SCOPE,
    }
    return create_told_client(**{**usual, **values})


@pytest.mark.parametrize("scope", [None, ["read:invoices"]])
def test_requests_oauthlib_acts_for_itself(
    portal: str, metadata: dict[str, str], scope: list[str] | None
) -> None:
    client, secret = create_told_client(scopes=SCOPE)
    session = OauthlibSession(client=BackendApplicationClient(client.id, scope=scope))
    token = session.fetch_token(metadata["token_endpoint"], auth=HTTPBasicAuth(client.id, secret))
    assert token["scope"] == (scope or SCOPE)
    found = me(session.get, portal)
    assert (found["type"], found["scopes"]) == ("client", scope or SCOPE)


def test_requests_oauthlib_acts_for_a_person(portal: str, metadata: dict[str, str]) -> None:
    client, secret = for_people()
    user = create_user(role="viewer")
    session = OauthlibSession(client.id, redirect_uri=CALLBACK, scope=SCOPE, pkce="S256")
    address, state = session.authorization_url(metadata["authorization_endpoint"])
    back = allow(address, user)
    answer = parse_qs(urlsplit(back).query)
    assert (answer["state"], answer["iss"]) == ([state], [portal])
    first = dict(
        session.fetch_token(
            metadata["token_endpoint"], authorization_response=back, client_secret=secret
        )
    )
    assert me(session.get, portal)["id"] == user.id
    auth = HTTPBasicAuth(client.id, secret)
    second = session.refresh_token(metadata["token_endpoint"], auth=auth)
    assert second["refresh_token"] != first["refresh_token"]
    assert me(session.get, portal)["scopes"] == SCOPE
    with pytest.raises(InvalidGrantError):
        session.refresh_token(
            metadata["token_endpoint"], refresh_token=first["refresh_token"], auth=auth
        )
    assert session.get(f"{portal}/api/v1/me").status_code == 401, "reuse ended them all"


def test_requests_oauthlib_without_a_secret(portal: str, metadata: dict[str, str]) -> None:
    client, _ = for_people(type="public", redirect_uris=["http://127.0.0.1/cb"])
    own = "http://127.0.0.1:51004/cb"
    customer = create_customer()
    user = create_user(role="customer", customer_id=customer.id)
    session = OauthlibSession(client.id, redirect_uri=own, scope=SCOPE, pkce="S256")
    address, _ = session.authorization_url(metadata["authorization_endpoint"])
    back = allow(address, user)
    assert back.startswith(f"{own}?code=")
    token = session.fetch_token(
        metadata["token_endpoint"], authorization_response=back, include_client_id=True
    )
    assert me(session.get, portal)["customer_id"] == customer.id
    url, headers, body = WebClient(client.id).prepare_token_revocation_request(
        metadata["revocation_endpoint"], token["refresh_token"], "refresh_token"
    )
    body += f"&client_id={client.id}"
    assert requests.post(url, body, headers=headers, timeout=30).status_code == 200
    assert session.get(f"{portal}/api/v1/me").status_code == 401


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlibs_client_acts_for_itself(
    portal: str, metadata: dict[str, str], method: str
) -> None:
    client, secret = create_told_client(scopes=SCOPE, token_endpoint_auth_method=method)
    session = AuthlibSession(client.id, secret, token_endpoint_auth_method=method)
    session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert me(session.get, portal)["id"] == client.id
    token = session.token["access_token"]
    told = session.introspect_token(metadata["introspection_endpoint"], token=token).json()
    assert (told["active"], told["client_id"], told["iss"]) == (True, client.id, portal)
    session.revoke_token(metadata["revocation_endpoint"], token=token)
    told = session.introspect_token(metadata["introspection_endpoint"], token=token).json()
    assert told == {"active": False}
    assert session.get(f"{portal}/api/v1/me").status_code == 401


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_authlibs_client_acts_for_a_person(
    portal: str, metadata: dict[str, str], method: str
) -> None:
    kind = "public" if method == "none" else "confidential"
    client, secret = for_people(type=kind, token_endpoint_auth_method=method)
    user = create_user()
    session = AuthlibSession(
        client.id,
        secret,
        token_endpoint_auth_method=method,
        redirect_uri=CALLBACK,
        scope=" ".join(SCOPE),
        code_challenge_method="S256",
    )
    verifier = "k9" * 30
    address, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier
    )
    back = allow(address, user)
    first = dict(
        session.fetch_token(
            metadata["token_endpoint"],
            authorization_response=back,
            code_verifier=verifier,
            state=state,
        )
    )
    assert me(session.get, portal)["id"] == user.id
    session.refresh_token(metadata["token_endpoint"], refresh_token=first["refresh_token"])
    assert me(session.get, portal)["scopes"] == SCOPE
    session.revoke_token(metadata["revocation_endpoint"], token=session.token["refresh_token"])
    assert session.get(f"{portal}/api/v1/me").status_code == 401
