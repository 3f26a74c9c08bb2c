"""A provider, and a portal that trusts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from billing.database import Database, Row
from billing.settings import Settings
from portal.app import create_app
from tests.factories import create_user
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIDProvider, openid_provider
from tests.portal.page_client import PageClient

Portal = Callable[..., Flask]


@pytest.fixture(scope="package")
def running() -> Iterator[OpenIDProvider]:
    with openid_provider() as found:
        yield found


@pytest.fixture
def provider(running: OpenIDProvider) -> Iterator[OpenIDProvider]:
    yield running
    running.reset()


@pytest.fixture(scope="package")
def make(running: OpenIDProvider, settings: Settings, connected_database: None) -> Portal:
    def make(**changes: Any) -> Flask:
        told = {
            "oidc_issuer": running.address,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_role_claim": "groups",
            "oidc_role_map": "billing-admins=admin,finance=billing,readers=viewer",
            "oidc_name": "Example ID",
            "public_url": "http://localhost",
            "token_rate_limit": 10_000_000,
        }
        known = settings.model_dump(exclude={n for n in type(settings).model_fields if "oidc" in n})
        return create_app(Settings.model_validate({**known, **told, **changes}), connect=False)

    return make


@pytest.fixture(scope="package")
def usual(make: Portal) -> Flask:
    return make()


@pytest.fixture
def portal(usual: Flask, make: Portal, provider: OpenIDProvider, db: Database[Row]) -> Portal:
    """`portal(oidc_default_role="viewer")`: an application that trusts the provider."""
    usual.extensions.pop("duebill.oidc", None)  # what it has learnt of the provider
    return lambda **changes: make(**changes) if changes else usual


@pytest.fixture
def reader(portal: Portal) -> PageClient:
    """Nobody yet; somebody else is an admin already."""
    create_user(email="last.admin@example.com")
    return PageClient(portal())
