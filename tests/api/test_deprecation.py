"""What is deprecated says so in the document, and to whoever still uses it."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from api.answers import Plain
from api.body import Patch
from api.endpoint import Endpoints
from api.openapi.document import document
from api.query import Query
from api.routes import PREFIX, features
from api.shape import Shape
from billing.deprecation import Deprecation
from billing.inputs import Input
from billing.settings import Settings
from portal.app import create_app

OLD = Deprecation(since=date(2026, 1, 1), sunset=date(2027, 1, 1), instead="Use `new`.")
OLDER = Deprecation(since=date(2025, 1, 1))


class Inner(Input):
    old: Annotated[str | None, OLD] = None
    new: str | None = None


class Outer(Input):
    inner: list[Inner] = []
    older: Annotated[str | None, OLDER] = None


class OldQuery(Query):
    old: Annotated[str | None, OLD] = None
    """What it was."""
    new: str | None = None


class Answer(Shape):
    old: Annotated[str | None, OLD]
    """The same as `new`."""
    new: str | None


endpoints = Endpoints("Old", "Made for this test.")
ANSWER = Plain(Answer)


@endpoints.get("/old", "Old", public=True, answer=ANSWER, deprecated=OLD)
def show_old() -> dict[str, Any]:
    """As ever."""
    return {"old": None, "new": None}


@endpoints.get("/refused", "Refused", answer=ANSWER, deprecated=OLD)
def show_refused() -> dict[str, Any]:
    """Never gets here."""
    raise AssertionError


@endpoints.post("/new", "New", public=True, query=OldQuery, body=(Outer,), answer=ANSWER)
def send_new(query: OldQuery, body: Outer) -> dict[str, Any]:
    """Takes old things."""
    return {"old": query.old, "new": query.new}


@endpoints.patch("/new", "Patch", public=True, patch=Outer, answer=ANSWER)
def patch_new(patch: Patch) -> dict[str, Any]:
    """Takes old things."""
    return {"old": None, "new": None}


@pytest.fixture
def client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    declared = [*features(), endpoints]
    monkeypatch.setattr("api.routes.features", lambda: declared)
    app: Flask = create_app(settings, connect=False)
    return app.test_client()


def test_an_operation_tells_every_answer_since_when_and_until_when(client: FlaskClient) -> None:
    for path, status in (("/old", 200), ("/old?what=1", 422), ("/refused", 401)):
        answer = client.get(PREFIX + path)
        assert answer.status_code == status
        assert answer.headers["Deprecation"] == "@1767225600"
        assert answer.headers["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
        assert 'rel="deprecation"' in answer.headers["Link"]


def test_a_field_or_parameter_tells_those_who_give_it(client: FlaskClient) -> None:
    path = f"{PREFIX}/new"
    assert "Deprecation" not in client.post(f"{path}?new=1", json={"inner": [{"new": "1"}]}).headers
    assert "Sunset" in client.post(f"{path}?old=1", json={}).headers
    assert "Sunset" in client.post(path, json={"inner": [{"old": "1"}]}).headers
    assert "Deprecation" not in client.patch(path, json={"inner": []}).headers
    older = client.patch(path, json={"older": "1"}).headers
    assert older["Deprecation"] == "@1735689600"
    assert "Sunset" not in older


def test_the_earliest_dates_count(client: FlaskClient) -> None:
    answer = client.post(f"{PREFIX}/new?old=1", json={"older": "1"})
    assert answer.headers["Deprecation"] == "@1735689600"
    assert answer.headers["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"


def test_nothing_goes_with_less_than_twelve_months_notice() -> None:
    assert Deprecation(since=date(2026, 2, 28), sunset=date(2027, 2, 28)).words
    for sunset in (date(2027, 2, 27), date(2026, 2, 27)):
        with pytest.raises(ValueError, match="12 months more"):
            Deprecation(since=date(2026, 2, 28), sunset=sunset)


def test_what_is_not_deprecated_carries_nothing(client: FlaskClient) -> None:
    assert not {"Deprecation", "Sunset", "Link"} & {*client.get(f"{PREFIX}/me").headers.keys()}


def test_the_document_says_so() -> None:
    found = json.loads(json.dumps(document([endpoints], PREFIX)))
    validate(found)
    words = "Deprecated since 2026-01-01, gone from 2027-01-01"
    old = found["paths"]["/old"]["get"]
    assert old["deprecated"] is True
    assert old["description"].startswith(f"{words}. Use `new`.")
    assert all("Deprecation" in answer["headers"] for answer in old["responses"].values())
    assert "deprecated" not in found["paths"]["/new"]["post"]
    parameter = found["paths"]["/new"]["post"]["parameters"][0]
    assert parameter["deprecated"] is True
    assert parameter["description"].startswith(f"What it was. {words}")
    for model in ("Inner", "Answer"):
        field = found["components"]["schemas"][model]["properties"]["old"]
        assert field["deprecated"] is True
        assert field["description"].endswith(f"{words}. Use `new`.")
