"""The application, and clients that speak for each role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from billing.settings import Settings
from billing.users.tokens import Tokens
from portal.app import create_app
from tests.api.checked_client import CheckedClient
from tests.api.factories import create_customer, create_user

Speaker = Callable[..., CheckedClient]


@pytest.fixture(scope="session")
def app(settings: Settings, connected_database: None) -> Flask:
    return create_app(settings, connect=False)


@pytest.fixture(scope="session")
def tokens(settings: Settings) -> Tokens:
    return Tokens(settings.jwt_secret, settings.public_url)


@pytest.fixture
def anonymous(app: Flask, db: Any) -> CheckedClient:
    return CheckedClient(app)


@pytest.fixture
def speaking_as(app: Flask, db: Any, tokens: Tokens) -> Speaker:
    """`speaking_as("viewer")`: a client with the token of a new user of that role."""

    def speak(role: str = "admin", **values: Any) -> CheckedClient:
        user = create_user(role=role, **values)
        return CheckedClient(app, tokens.issue(user).access_token)

    return speak


@pytest.fixture
def admin(speaking_as: Speaker) -> CheckedClient:
    return speaking_as("admin")


@pytest.fixture
def stranger(speaking_as: Speaker) -> CheckedClient:
    """A user of some other customer."""
    return speaking_as("customer", customer_id=create_customer(name="Stranger").id)
