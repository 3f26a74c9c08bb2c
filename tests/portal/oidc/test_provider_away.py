"""A provider that is dead, slow or unsafe: the portal says so and lets people in by password."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from typing import Any

import pytest

from billing.settings import Settings
from tests.factories import PASSWORD, create_user
from tests.openid_provider import OpenIDProvider
from tests.portal.oidc.conftest import Portal
from tests.portal.oidc.flows import BUTTON, at_provider, come_back, go, refused
from tests.portal.page_client import PageClient


@pytest.mark.parametrize("endpoint", ["openid-configuration", "token", "keys"])
def test_a_provider_that_hangs_is_not_waited_for(
    portal: Portal,
    provider: OpenIDProvider,
    monkeypatch: pytest.MonkeyPatch,
    endpoint: str,
) -> None:
    monkeypatch.setattr("portal.auth.connection.TIMEOUT", 1.5)
    provider.hangs = {endpoint}
    reader = PageClient(portal())
    start = f"{BUTTON}?next=/customers"
    seen = reader.get(start) if endpoint == "openid-configuration" else go(reader, start)
    refused(seen, 503, "does not answer as it should")
    assert endpoint in provider.asked
    assert reader.send(seen, email=create_user().email, password=PASSWORD).status == 303


def test_few_threads_wait_for_it_at_once(
    portal: Portal, provider: OpenIDProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.auth.connection.MOST_WAITING", 1)
    provider.hangs = {"token"}
    app = portal()
    readers = [PageClient(app) for _ in range(3)]
    addresses = [at_provider(reader) for reader in readers]
    with ThreadPoolExecutor(3) as pool:
        pages = [pool.submit(come_back, *pair) for pair in zip(readers, addresses, strict=True)]
        for page in islice(as_completed(pages), 2):
            refused(page.result(), 503, "does not answer as it should")
        provider.released.set()
    assert sorted(page.result().status for page in pages) == [303, 503, 503]
    assert provider.asked.count("token") == 1


def test_a_dead_provider_does_not_keep_people_from_signing_in(
    portal: Portal, settings: Settings
) -> None:
    reader = PageClient(portal(oidc_issuer="http://127.0.0.1:9"))
    assert reader.get("/sign-in").status == 200
    refused(reader.get(BUTTON), 503, "Sign in with your password")
    reader.sign_in(create_user())


def test_a_dead_provider_is_not_asked_at_every_click(
    portal: Portal, provider: OpenIDProvider
) -> None:
    provider.metadata = {"issuer": "https://other.example"}
    reader = PageClient(portal())
    for _ in range(3):
        refused(reader.get(BUTTON), 503, "administrator finds the reason in the log")
    assert provider.asked == ["openid-configuration"]
    provider.metadata = {}
    reader.app.extensions["duebill.oidc"]._ask_at = 0  # ten seconds later
    assert go(reader).status == 303


def test_a_provider_that_is_not_safe_to_use_is_not_used(
    portal: Portal, provider: OpenIDProvider
) -> None:
    unsafe: list[dict[str, Any]] = [
        {"issuer": None},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://id.example.com/token"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"userinfo_endpoint": 7},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    ]
    for provider.metadata in unsafe:
        app = portal()
        app.extensions.pop("duebill.oidc", None)
        refused(PageClient(app).get(BUTTON), 503, "does not answer as it should")


@pytest.mark.parametrize("endpoint", ["openid-configuration", "token", "keys", "userinfo"])
def test_it_is_not_followed_elsewhere(
    reader: PageClient, provider: OpenIDProvider, endpoint: str
) -> None:
    provider.redirects, provider.in_userinfo = {endpoint}, {"email"}
    seen = reader.get(BUTTON) if endpoint == "openid-configuration" else go(reader)
    assert seen.status in {400, 503}
    assert provider.asked.count(endpoint) == 1


def test_a_provider_may_want_the_clients_secret_in_the_form(
    reader: PageClient, provider: OpenIDProvider
) -> None:
    provider.client_authentication = "client_secret_post"
    assert go(reader).status == 303


def test_new_keys_are_fetched_when_one_is_not_known(
    reader: PageClient, provider: OpenIDProvider
) -> None:
    go(reader)
    provider.rotate()
    provider.asked.clear()
    for _ in range(2):
        assert go(PageClient(reader.app)).status == 303
    assert provider.asked == ["authorize", "token", "keys", "authorize", "token"]
