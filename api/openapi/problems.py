"""The refusals of an endpoint, by status and code, each with words and an example."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from api.endpoint import Endpoint
from api.openapi.headers import ALWAYS, SOMETIMES, named
from api.openapi.schemas import Schemas
from api.problems import CONTENT_TYPE, status_of
from api.shape import Problem
from billing.actors import ScopeMissing
from billing.errors import BillingError, Invalid, StaleRevision, TooMany
from billing.idempotency.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from billing.users.errors import InvalidToken

Json = dict[str, Any]
_NAMED = 3  # a response of more codes has no short name, and is rarely had twice


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to be refused."""

    status: int
    code: str
    words: str
    errors: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Its example's name among the components."""
        return f"problem-{self.status}-{self.code}"

    def example(self) -> Json:
        """The body of the answer."""
        body = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.words,
            "code": self.code,
            "errors": [{"field": field, "message": message} for field, message in self.errors],
            "request_id": "7f3c0f7a5d1c4b0e",
        }
        return {"summary": self.words, "value": body}


_AWAY = Refusal(503, "database_unavailable", "The database does not answer; try again soon.")
_TOO_MANY = Refusal(429, TooMany.code, "Too many requests a minute; wait for Retry-After.")
_INVALID = Refusal(
    422,
    Invalid.code,
    "Some fields or parameters are not valid; `errors` names each.",
    (("limit", "must be less than or equal to 100"),),
)
_TOKEN = (
    Refusal(401, "unauthenticated", "There is no access token."),
    Refusal(401, InvalidToken.code, "The token is unknown, expired or revoked; sign in again."),
)
_BODY = (
    Refusal(400, "malformed_json", "The body is missing or is no JSON."),
    Refusal(413, "body_too_large", "The body is larger than 1 MiB."),
    Refusal(415, "unsupported_media_type", "The body is not sent as application/json in UTF-8."),
)
_SCOPE = Refusal(403, ScopeMissing.code, "The token lacks the scope, which the detail names.")
_NO_BODY = Refusal(400, "unexpected_body", "This request takes no body.")
_STALE = (
    Refusal(400, "malformed_if_match", "If-Match is no list of at most ten ETags."),
    Refusal(412, StaleRevision.code, "The object changed since you read the ETag in If-Match."),
    Refusal(409, StaleRevision.code, "Somebody changed the object at the same moment; try again."),
)
_REPEATED = (
    Refusal(409, "conflict", "Others changed the same things meanwhile; try again."),
    Refusal(
        400, "malformed_idempotency_key", "Idempotency-Key is not 1 to 255 visible characters."
    ),
    Refusal(
        409, IdempotencyKeyInUse.code, "The first request with this Idempotency-Key still runs."
    ),
    Refusal(422, IdempotencyKeyReused.code, "This Idempotency-Key was sent with another request."),
)
_HIDDEN = Refusal(404, "not_found", "There is nothing here for a customer's own user.")


def problems(endpoint: Endpoint, schemas: Schemas) -> dict[str, Json]:
    """The bad answers by status; examples are put among the components."""
    by_status: dict[int, dict[str, Refusal]] = defaultdict(dict)
    for refusal in _refusals(endpoint):
        by_status[refusal.status].setdefault(refusal.code, refusal)
    return {
        str(status): _response(endpoint, status, sorted(found.values(), key=_code), schemas)
        for status, found in sorted(by_status.items())
    }


def _code(refusal: Refusal) -> str:
    return refusal.code


def _refusals(endpoint: Endpoint) -> Iterator[Refusal]:
    yield from (_AWAY, _INVALID, _TOO_MANY)
    if not endpoint.public:
        yield from _TOKEN
    if endpoint.scope:
        yield _SCOPE
    if endpoint.body or endpoint.patch:
        yield from _BODY
    else:
        yield _NO_BODY
    if endpoint.revised:
        yield from _STALE
    if endpoint.is_repeatable:
        yield from _REPEATED
    if endpoint.staff_only:
        yield _HIDDEN
    for refusal in endpoint.refusals:
        yield Refusal(status_of(refusal), refusal.code, _words(refusal))


def _words(refusal: type[BillingError]) -> str:
    """Of the class; one without says it in its name: `customer_not_found`."""
    words = " ".join((refusal.__doc__ or f"{refusal.code.replace('_', ' ')}.").split())
    return words[0].upper() + words[1:]


def _response(endpoint: Endpoint, status: int, found: list[Refusal], schemas: Schemas) -> Json:
    headers = [*ALWAYS]
    if status in {429, 503}:
        headers.append("Retry-After")
    if status in {401, 403}:
        headers.append("WWW-Authenticate")
    codes = [refusal.code for refusal in found]
    words = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
    content = {
        "schema": {"allOf": [schemas.output(Problem), words]},
        "examples": {r.code: schemas.shared("examples", r.name, r.example()) for r in found},
    }
    response = {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in codes)}",
        "headers": named(headers) | (SOMETIMES if IdempotencyKeyInUse.code in codes else {}),
        "content": {CONTENT_TYPE: content},
    }
    if endpoint.deprecated or len(codes) > _NAMED:
        return response
    return schemas.shared("responses", "-".join([str(status), *codes]), response)
