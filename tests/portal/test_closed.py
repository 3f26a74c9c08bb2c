"""While a backup is restored, nobody is served, and everybody is told when to ask again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from billing import closing
from billing.database import Database, Row
from billing.maintenance.lease import leased


@pytest.fixture
def closed(db: Database[Row]) -> Iterator[None]:
    with leased("restore"):
        closing.forget()
        yield
    closing.forget()


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def test_pages_and_programs_get_503_and_a_time_to_ask_again(
    closed: None, visitor: FlaskClient
) -> None:
    page = visitor.get("/sign-in")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "A backup is being restored" in page.text
    answer = visitor.get("/api/v1/customers", headers={"Authorization": "Bearer no"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.json
    assert answer.json["code"] == "restore_under_way"


def test_it_lives_and_is_not_ready(closed: None, visitor: FlaskClient) -> None:
    assert visitor.get("/healthz").status_code == 200
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json
    assert answer.json["checks"]["restore"] == "under way"


def test_it_serves_again_afterwards(visitor: FlaskClient, db: Database[Row]) -> None:
    assert visitor.get("/sign-in").status_code == 200
