"""The answers of an endpoint, good and bad, as OpenAPI responses."""

from collections import defaultdict
from http import HTTPStatus
from typing import Any

from api.answers import CREATING, NoContent, One, PageOf, Plain
from api.endpoint import Endpoint
from api.openapi.schemas import Schemas
from api.problems import CONTENT_TYPE as PROBLEM_TYPE
from api.problems import status_of
from api.shape import Listing, Problem
from billing.actors import ScopeMissing
from billing.errors import Invalid, StaleRevision
from billing.users.errors import InvalidToken

Json = dict[str, Any]


def responses(endpoint: Endpoint, schemas: Schemas) -> dict[str, Json]:
    """All that may be answered, by status."""
    answer = endpoint.answer
    also = answer.also if isinstance(answer, Plain) else ()
    found = {str(status): _success(endpoint, status, schemas) for status in (answer.status, *also)}
    problem = schemas.output(Problem)
    for status, codes in sorted(_codes(endpoint).items()):
        found[str(status)] = _problem(status, sorted(codes), problem)
    return found


def _success(endpoint: Endpoint, status: int, schemas: Schemas) -> Json:
    answer, headers = endpoint.answer, {"X-Request-Id": _header("Names this request in the logs.")}
    if isinstance(answer, One) and answer.resource.revised:
        headers["ETag"] = _header('The object\'s revision, for If-Match, such as `"3"`.')
    if status in CREATING:
        headers["Location"] = _header("Where the object lives.")
    success: Json = {"description": HTTPStatus(status).phrase, "headers": headers}
    if schema := _schema(endpoint, schemas):
        success["content"] = {"application/json": {"schema": schema}}
    return success


def _schema(endpoint: Endpoint, schemas: Schemas) -> Json | None:
    answer = endpoint.answer
    if isinstance(answer, PageOf):
        item = answer.resource.shape
        return schemas.listing(f"{item.__name__}List", Listing, item)
    if isinstance(answer, One):
        return schemas.output(answer.resource.shape)
    if isinstance(answer, Plain):
        return schemas.output(answer.shape)
    assert isinstance(answer, NoContent)  # noqa: S101
    return None


def _codes(endpoint: Endpoint) -> dict[int, set[str]]:
    """The codes of every refusal that this endpoint can give, by status."""
    codes: dict[int, set[str]] = defaultdict(set)
    codes[503].add("database_unavailable")
    codes[422].add(Invalid.code)
    if not endpoint.public:
        codes[401] |= {"unauthenticated", InvalidToken.code}
    if endpoint.scope:
        codes[403].add(ScopeMissing.code)
    if endpoint.body or endpoint.patch:
        codes[400].add("malformed_json")
        codes[413].add("body_too_large")
        codes[415].add("unsupported_media_type")
    else:
        codes[400].add("unexpected_body")
    if endpoint.revised:
        codes[400].add("malformed_if_match")
        codes[412].add(StaleRevision.code)
        codes[409].add(StaleRevision.code)
    if endpoint.method != "GET" and not endpoint.public:
        codes[409].add("conflict")
    if endpoint.staff_only:
        codes[404].add("not_found")
    for refusal in endpoint.refusals:
        codes[status_of(refusal)].add(refusal.code)
    return codes


def _problem(status: int, codes: list[str], problem: Json) -> Json:
    headers = {"X-Request-Id": _header("Names this request in the logs.")}
    if status in {429, 503}:
        headers["Retry-After"] = _header("Seconds to wait.", "integer")
    if status in {401, 403}:
        headers["WWW-Authenticate"] = _header("RFC 6750.")
    words = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in codes)}",
        "headers": headers,
        "content": {PROBLEM_TYPE: {"schema": {"allOf": [problem, words]}}},
    }


def _header(description: str, kind: str = "string") -> Json:
    return {"description": description, "required": True, "schema": {"type": kind}}
