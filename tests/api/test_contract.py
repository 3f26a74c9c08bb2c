"""The examples of the documentation are what the API answers, and fit what is documented."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api.openapi.document import VERSION
from api.openapi.examples import FILE
from api.runs.endpoints import LAUNCH_RUN
from billing.runs.run_billing import continue_run
from tests.api.checked_client import operations, problems_of, resolved
from tests.api.examples.story import told
from tests.api.examples.teller import ENDPOINTS, as_text

REWRITE = "DUEBILL_REWRITE" in os.environ
ANEW = "Run `make openapi`, look at what changed, and commit it."
ALL = pytest.mark.parametrize("name", ENDPOINTS)
UNTOLD = {"get_openapi"}  # its answer is the document itself


def test_the_examples_are_what_the_api_answers(
    app: Flask, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, LAUNCH_RUN, continue_run)
    text = as_text(told(app))
    if REWRITE:
        FILE.write_text(text, "utf-8")
    assert FILE.read_text("utf-8") == text, f"The API answers otherwise than its examples. {ANEW}"


def test_the_version_is_the_day_of_the_newest_change() -> None:
    changes = Path("docs/api-changelog.md").read_text("utf-8")
    days = re.findall(r"^## ([0-9-]+)$", changes, re.MULTILINE)
    assert days == sorted(days, reverse=True)
    assert days[0] == VERSION


@ALL
def test_every_operation_has_examples(app: Flask, name: str) -> None:
    operation, endpoint = operations(app)[name], ENDPOINTS[name]
    parts = [operation["requestBody"]] if "requestBody" in operation else []
    parts.append(operation["responses"][str(endpoint.answer.status)])
    contents = [pair for part in parts for pair in part.get("content", {}).items()]
    for content in (content for kind, content in contents if kind != "application/pdf"):
        assert "example" in content or name in UNTOLD, f"tests/api/examples does not tell {name}"
        if "example" in content:
            assert problems_of(app, content["schema"], content["example"]) == []


@ALL
def test_every_refusal_has_an_example(app: Flask, name: str) -> None:
    for status, response in operations(app)[name]["responses"].items():
        if status < "400":
            continue
        (content,) = resolved(app, response)["content"].values()
        codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
        assert list(content["examples"]) == codes
        for code, example in content["examples"].items():
            body = resolved(app, example)["value"]
            assert (body["code"], str(body["status"])) == (code, status)
            assert problems_of(app, content["schema"], body) == []


@ALL
def test_the_examples_of_parameters_fit(app: Flask, name: str) -> None:
    for parameter in operations(app)[name].get("parameters", []):
        if parameter["in"] == "path":
            assert "example" in parameter
        if "example" in parameter:
            assert problems_of(app, parameter["schema"], parameter["example"]) == []
