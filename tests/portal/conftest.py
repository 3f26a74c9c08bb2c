"""The application, and browsers signed in as each role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from billing.settings import Settings
from portal.app import create_app
from tests.factories import create_customer, create_user
from tests.portal.page_client import PageClient

Visitor = Callable[..., PageClient]


@pytest.fixture(scope="session")
def app(settings: Settings, connected_database: None) -> Flask:
    return create_app(settings, connect=False)


@pytest.fixture
def anonymous(app: Flask, db: Any) -> PageClient:
    return PageClient(app)


@pytest.fixture
def visiting_as(app: Flask, db: Any) -> Visitor:
    """`visiting_as("viewer")`: a browser in which a new user of that role is signed in."""

    def visit(role: str = "admin", **values: Any) -> PageClient:
        return PageClient(app).sign_in(create_user(role=role, **values))

    return visit


@pytest.fixture
def admin(visiting_as: Visitor) -> PageClient:
    return visiting_as("admin", name="Ada Admin")


@pytest.fixture
def viewer(visiting_as: Visitor) -> PageClient:
    return visiting_as("viewer")


@pytest.fixture
def stranger(visiting_as: Visitor) -> PageClient:
    """A user of some other customer."""
    return visiting_as("customer", customer_id=create_customer(name="Stranger").id)
