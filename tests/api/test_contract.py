"""The examples of the documentation are what the API answers, and fit what is documented."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api.openapi.document import VERSION
from api.openapi.examples import FILE
from api.runs.endpoints import LAUNCH_RUN
from billing import clock
from billing.events.models import COLLECTION as EVENTS
from billing.runs.run_billing import continue_run
from billing.webhooks.message import body_of, headers_of
from billing.webhooks.signing import new_secret
from tests.api.checked_client import document, operations, problems_of, resolved
from tests.api.examples.story import told
from tests.api.examples.teller import ENDPOINTS, as_text
from tests.api.factories import create_invoice

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


def test_a_change_of_the_contract_is_seen(app: Flask) -> None:
    text, present = Path("docs/openapi.json").read_text("utf-8"), document(app)
    kept = json.loads(text)
    parts = ("paths", "webhooks", "components")
    changed = [
        name
        for part in parts
        for name in kept[part].keys() | present[part].keys()
        if kept[part].get(name) != present[part].get(name)
    ]
    is_same = text == as_text(present)
    assert is_same, f"The contract is not that of docs/openapi.json: {sorted(changed)}. {ANEW}"


def test_the_version_is_the_day_of_the_newest_change() -> None:
    changes = Path("docs/api-changelog.md").read_text("utf-8")
    days = re.findall(r"^## ([0-9-]+)$", changes, re.MULTILINE)
    assert days == sorted(days, reverse=True)
    assert days[0] == VERSION


def test_what_is_posted_is_what_the_document_says(app: Flask, db: Any) -> None:
    posted = document(app)["webhooks"]["event"]["post"]
    media = posted["requestBody"]["content"]["application/json"]
    create_invoice()
    rows = list(db[EVENTS].find())
    bodies = [body_of(row) for row in rows]
    assert len(bodies) > 1
    for body in [*map(json.loads, bodies), media["example"]]:
        assert problems_of(app, media["schema"], body) == []
    sent = headers_of(rows[0]["_id"], bodies[0], clock.now(), [new_secret()])
    assert {h["name"] for h in posted["parameters"]} == {
        n for n in sent if n.startswith("webhook-")
    }


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
