"""Telling whoever uses what is deprecated: Deprecation (RFC 9745), Sunset (RFC 8594), Link."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from flask import Response, g
from pydantic import BaseModel
from werkzeug.http import http_date

from api.body import Patch
from billing.deprecation import Deprecation

_DOCS = "/api/docs"


def note(found: Deprecation | None) -> None:
    """Remember that the current request uses something deprecated."""
    if found:
        g.setdefault("deprecations", []).append(found)


def note_fields(value: Any) -> None:
    """The same for every deprecated field or parameter that was given, at any depth; of a patch
    those at its top."""
    for found in _used(value):
        note(found)


def has_deprecated_fields(model: type[BaseModel]) -> bool:
    """Whether looking for them in what is parsed is worth the while."""
    return "x-deprecation" in str(model.model_json_schema())


def announce(response: Response) -> Response:
    """The earliest dates of all that was used; run after each request."""
    found: list[Deprecation] = g.get("deprecations", [])
    if not found:
        return response
    since = min(one.since for one in found)
    response.headers["Deprecation"] = f"@{int(_midnight(since).timestamp())}"
    response.headers.add("Link", f'<{_DOCS}>; rel="deprecation"; type="text/html"')
    if sunsets := [one.sunset for one in found if one.sunset]:
        response.headers["Sunset"] = http_date(_midnight(min(sunsets)))
    return response


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _used(value: Any) -> Iterator[Deprecation]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _used(item)
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield from _declared(type(value), name)
            yield from _used(getattr(value, name))
    if isinstance(value, Patch):
        for name in value.fields:
            yield from _declared(value.model, name)


def _declared(model: type[BaseModel], name: str) -> Iterator[Deprecation]:
    field = model.model_fields.get(name)
    return (found for found in (field.metadata if field else ()) if isinstance(found, Deprecation))
