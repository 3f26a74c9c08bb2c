"""The changelog of the API knows all that there is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from flask import Flask

from billing.deprecation import NOTICE_MONTHS
from tests.api.checked_client import document

CHANGELOG = (Path(__file__).resolve().parents[2] / "docs" / "api-changelog.md").read_text()


def test_every_resource_is_in_the_changelog(app: Flask) -> None:
    resources = {path.split("/")[1] for path in document(app)["paths"]} - {"openapi.json"}
    assert {name for name in resources if f"`/{name}" not in CHANGELOG} == set()


def test_everything_deprecated_is_in_the_changelog(app: Flask) -> None:
    operations = [
        (path, operation)
        for path, methods in document(app)["paths"].items()
        for operation in methods.values()
    ]
    untold = [p for p, o in operations if o.get("deprecated") and f"`{p}`" not in CHANGELOG]
    assert untold == []


def test_the_newest_comes_first_and_each_day_once() -> None:
    days = [date.fromisoformat(day) for day in re.findall(r"(?m)^## (2\d{3}-.*)$", CHANGELOG)]
    assert days
    assert days == sorted(set(days), reverse=True)


def test_the_policy_is_the_one_that_is_held_to() -> None:
    assert NOTICE_MONTHS == 12
    assert "**Notice** is twelve months at least" in CHANGELOG
