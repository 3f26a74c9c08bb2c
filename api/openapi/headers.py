"""The headers of answers, each described once under components/headers."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

_REF = "#/components/headers/"


def _header(description: str, example: Any, *, kind: str = "string", always: bool = True) -> Json:
    schema = {"type": kind}
    return {"description": description, "required": always, "schema": schema, "example": example}


HEADERS: dict[str, Json] = {
    "X-Request-Id": _header(
        "Names this request in the logs; the one you sent, or a new one.",
        "7f3c0f7a5d1c4b0e",
    ),
    "RateLimit-Limit": _header("Requests you may make a minute.", 6000, kind="integer"),
    "RateLimit-Remaining": _header("How many of them are left.", 5988, kind="integer"),
    "RateLimit-Reset": _header("Seconds until all of them are back.", 42, kind="integer"),
    "RateLimit-Policy": _header("The limit, and its window in seconds.", "6000;w=60"),
    "ETag": _header(
        "The object's revision, to be sent as If-Match; or as If-None-Match, where it tells this "
        "answer from every other of the object.",
        '"3"',
    ),
    "Content-Disposition": _header(
        "The name under which to keep it (RFC 6266).",
        "attachment; filename=\"INV-2026-000042.pdf\"; filename*=UTF-8''INV-2026-000042.pdf",
    ),
    "Location": _header(
        "Where the object lives.", "/api/v1/customers/cus_01KAXZ7Q0M8N2R4T6W8Y0A2C4E"
    ),
    "Retry-After": _header("Seconds to wait before trying again.", 5, kind="integer"),
    "WWW-Authenticate": _header(
        "What kind of token is wanted, and what was wrong with the one sent (RFC 6750).",
        'Bearer realm="duebill", error="invalid_token"',
    ),
    "Idempotent-Replayed": _header(
        "That this is the first answer to the same Idempotency-Key, given again.",
        "true",
        always=False,
    ),
    "Deprecation": _header("Since when this is deprecated (RFC 9745).", "@1767225600"),
    "Sunset": _header(
        "From when it may be gone (RFC 8594).", "Wed, 01 Jul 2026 00:00:00 GMT", always=False
    ),
}
ALWAYS = (
    "X-Request-Id",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "RateLimit-Policy",
)


# Where one of several refusals of a status says when to ask again.
SOMETIMES: Json = {"Retry-After": {**HEADERS["Retry-After"], "required": False}}


def named(names: Iterable[str]) -> Json:
    """References to headers, for a response."""
    return {name: {"$ref": _REF + name} for name in names}
