"""The answers of an endpoint, good and bad, as OpenAPI responses."""

from http import HTTPStatus
from typing import Any

from api.answers import CREATING, One, PageOf, Plain
from api.endpoint import Endpoint
from api.openapi.examples import answer_example
from api.openapi.headers import ALWAYS, named
from api.openapi.problems import problems
from api.openapi.schemas import Schemas
from api.openapi.shaped import shaped
from api.papers.answers import Pdf
from api.shape import Listing

Json = dict[str, Any]

_FILE: Json = {"type": "string", "contentMediaType": "application/pdf"}


def responses(endpoint: Endpoint, schemas: Schemas) -> dict[str, Json]:
    """All that may be answered, by status."""
    answer = endpoint.answer
    also = answer.also if isinstance(answer, Plain) else ()
    found = {str(status): _success(endpoint, status, schemas) for status in (answer.status, *also)}
    if endpoint.is_conditional:
        found["304"] = {"description": "Not Modified", "headers": named([*ALWAYS, "ETag"])}
    found |= problems(endpoint, schemas)
    if endpoint.deprecated:
        for response in found.values():
            response["headers"] |= named(("Deprecation", "Sunset"))
    return found


def _success(endpoint: Endpoint, status: int, schemas: Schemas) -> Json:
    answer, headers = endpoint.answer, [*ALWAYS]
    if isinstance(answer, One) and answer.resource.revised:
        headers.append("ETag")
    if status in CREATING:
        headers.append("Location")
    if endpoint.is_repeatable:
        headers.append("Idempotent-Replayed")
    success: Json = {"description": HTTPStatus(status).phrase, "headers": named(headers)}
    if isinstance(answer, Pdf):
        success["headers"] |= named(("ETag", "Content-Disposition"))
        success["content"] = {"application/pdf": {"schema": _FILE}}
    elif schema := _schema(endpoint, schemas):
        success["content"] = {
            "application/json": {"schema": schema, **answer_example(endpoint.name, status)}
        }
    return success


def _schema(endpoint: Endpoint, schemas: Schemas) -> Json | None:
    """What is answered: where it can be shaped, the whole of it or what was asked for."""
    if endpoint.shaping is None:
        return schemas.output(endpoint.answer.shape) if isinstance(endpoint.answer, Plain) else None
    options = [schemas.output(endpoint.shaping.shape), shaped(endpoint.shaping, schemas)]
    if isinstance(endpoint.answer, PageOf):
        options = [schemas.listing(Listing, option) for option in options]
    return {"anyOf": options}
