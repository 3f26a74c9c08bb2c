"""What an endpoint answers with: one object, a page of them, or nothing.

The declared shapes are documentation that tests hold real answers against; on the way out rows go
through their view straight into JSON, without a model built for each.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from flask import Response, request
from pydantic import BaseModel
from werkzeug.datastructures import Headers

from api.conditions import etag, is_known
from api.fast_json import dumps
from api.problems import HEADERS
from api.references import Reference
from api.shaping import Shaping
from billing.documents import Document
from billing.pages import Page

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CONTENT_TYPE = "application/json"
CREATING = frozenset({201, 202})  # answers that tell where the new object lives

Row = dict[str, Any]
View = Callable[[Row], Row]
Finder = Callable[[Collection[str]], list[Row]]


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object: its documented shape, and the views that give one or many of it.

    `view_many` serves lists whose view needs something looked up for all rows at once.
    """

    shape: type[BaseModel]
    view: View
    view_many: Callable[[list[Row]], list[Row]] | None = None
    revised: bool = True
    """Whether its objects change, and so carry an ETag."""
    told_by_revision: bool = False
    """Whether nothing that it shows changes without its revision."""
    references: tuple[Reference, ...] = ()
    """What `expand` can put into it."""
    dear: tuple[str, ...] = ()
    """Shown fields that are large or looked up, each stored under its name if at all: who does
    not want them is answered without reading them."""
    scope: str = ""
    """What it needs to be expanded into others: the scope that its own GET needs."""
    find: Finder | None = None
    """The rows of many ids in one query, those alone that the actor may see."""

    def many(self, rows: list[Row]) -> list[Row]:
        """The rows as the API shows them."""
        return self.view_many(rows) if self.view_many else [self.view(row) for row in rows]

    def found(self, ids: Collection[str]) -> list[Row]:
        """The objects of these ids as the API shows them, as far as the actor may see them."""
        return self.many(self.find(ids)) if self.find else []


class Finished(Response):
    """JSON that goes out as it was put together. What werkzeug does to headers last, in a copy of
    them, is for redirects, for answers without a body and for bodies of unknown length."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        return self.headers


class Answer(Protocol):
    """How an endpoint's result becomes a response."""

    @property
    def status(self) -> int: ...

    def respond(self, result: Any) -> Response: ...


@dataclass(frozen=True, slots=True)
class One:
    """One object with its ETag; a new one also with the address where it lives."""

    resource: Resource
    status: int = 200
    shaping: Shaping | None = None

    def respond(self, result: Any) -> Response:
        row = result.row() if isinstance(result, Document) else result
        headers = dict(HEADERS)
        shown = self.resource.view(row)
        if self.shaping:
            shown = self.shaping.shape([shown])[0]
        body = dumps(shown)
        if self.resource.revised:
            headers["ETag"] = self._tag(row["revision"], body)
            if is_known(headers["ETag"]):
                return _unchanged(headers)
        if self.status in CREATING:
            headers["Location"] = f"{request.path}/{row['_id']}"
        return Finished(body, self.status, headers, content_type=CONTENT_TYPE)

    def _tag(self, revision: int, body: bytes) -> str:
        expanded = self.shaping and self.shaping.expansion
        return etag(revision, None if self.resource.told_by_revision and not expanded else body)


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page of objects."""

    resource: Resource
    status: int = 200
    shaping: Shaping | None = None

    def respond(self, result: Page) -> Response:
        shown = self.resource.many(result.items)
        if self.shaping:
            shown = self.shaping.shape(shown)
        body = {
            "data": shown,
            "has_more": result.has_more,
            "next_cursor": result.next_cursor,
            "total": result.total,
            "total_capped": result.total_capped,
        }
        return _json(body, self.status, dict(HEADERS))


class Outcome(NamedTuple):
    """The body of an endpoint that has several good answers, and which of them it is."""

    status: int
    body: Row


@dataclass(frozen=True, slots=True)
class Plain:
    """A body that the endpoint gives as it goes out; an Outcome where there is `also` another
    status than the usual one."""

    shape: type[BaseModel]
    status: int = 200
    also: tuple[int, ...] = ()
    shaping: Shaping | None = None

    def respond(self, result: Row | Outcome) -> Response:
        status, body = result if isinstance(result, Outcome) else (self.status, result)
        if self.shaping:
            body = self.shaping.shape([body])[0]
        headers = dict(HEADERS)
        if status in CREATING:
            headers["Location"] = f"{request.path}/{body['id']}"
        return _json(body, status, headers)


@dataclass(frozen=True, slots=True)
class NoContent:
    """Done, and nothing to tell."""

    status: int = 204

    def respond(self, result: Any) -> Response:
        return Response(status=204, headers=HEADERS)


def created(resource: Resource) -> One:
    """201 with the object and its Location."""
    return One(resource, 201)


def _unchanged(headers: dict[str, str]) -> Response:
    response = Response(status=304, headers=headers)
    del response.headers["Content-Type"]
    return response


def _json(body: Row, status: int, headers: dict[str, str]) -> Response:
    return Finished(dumps(body), status, headers, content_type=CONTENT_TYPE)
