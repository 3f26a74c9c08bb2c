"""Errors below /api are problem documents, whatever went wrong and wherever."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask
from mongoengine.errors import OperationError
from pymongo.errors import (
    AutoReconnect,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
)

from api import endpoint
from billing.customers import queries
from tests.api.checked_client import CheckedClient


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/customers",
        "/api/v1/nothing",
        "/api/v1/customers/",
        "/api//v1/customers",
        "/api/v1/customers/cus_1/nothing",
        "/api/v1/%00",
        "/api/v1/%ff",
        "/api/v1/../secrets",
    ],
)
def test_unknown_addresses_are_404_problems(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert set(answer.json) == {
        "type",
        "title",
        "status",
        "detail",
        "code",
        "errors",
        "request_id",
    }


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "TRACE", "BREW"])
def test_a_method_that_is_not_taken_is_405_and_says_which_are(app: Flask, method: str) -> None:
    answer = app.test_client().open("/api/v1/customers", method=method)
    assert answer.status_code == 405
    assert answer.json["code"] == "method_not_allowed"
    assert {"GET", "POST"} <= {name.strip() for name in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize(
    "error",
    [
        ServerSelectionTimeoutError("no primary at 10.0.0.1"),
        AutoReconnect("gone"),
        NetworkTimeout("slow"),
    ],
)
def test_a_database_that_is_away_is_503(
    admin: CheckedClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(queries, "paginate", _raising(error))
    answer = admin.get("/customers")
    assert (answer.status_code, answer.json["code"]) == (503, "database_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "10.0.0.1" not in answer.text


def test_it_is_503_too_when_the_document_library_hides_the_cause(
    admin: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = OperationError("wrapped")
    error.__cause__ = AutoReconnect("gone")
    monkeypatch.setattr(queries, "paginate", _raising(error))
    assert admin.get("/customers").status_code == 503


def test_a_race_lost_too_often_is_409(
    admin: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = OperationFailure("WriteConflict", 112, {"errorLabels": ["TransientTransactionError"]})
    monkeypatch.setattr("billing.customers.save_customer.insert_row", _raising(error))
    monkeypatch.setattr("billing.transactions.in_transaction", lambda work: work())
    answer = admin.post("/customers", {"name": "Ada", "email": "ada@example.com"})
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")


def test_the_unexpected_is_logged_with_its_request_and_told_to_nobody(
    app: Flask,
    admin: CheckedClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(queries, "paginate", _raising(ZeroDivisionError("secret detail")))
    header = {"Authorization": f"Bearer {admin.token}"}
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get("/api/v1/customers", headers=header)
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text


def test_a_request_id_is_taken_over_when_it_is_harmless(admin: CheckedClient) -> None:
    answer = admin.get("/customers/none", headers={"X-Request-Id": "abc-1"})
    assert answer.json["request_id"] == "abc-1"
    answer = admin.get("/customers/none", headers={"X-Request-Id": "<script>"})
    assert answer.json["request_id"] != "<script>"


def test_an_endpoint_cannot_be_declared_without_its_documentation() -> None:
    endpoints = endpoint.Endpoints("Test", "Test.")
    with pytest.raises(TypeError):
        endpoints.get("/nothing", "Summary")(lambda: None)


def _raising(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail
