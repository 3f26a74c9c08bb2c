"""Idempotency-Key: a request that comes again gets its first answer again.

After draft-ietf-httpapi-idempotency-key-header; the header takes any visible text, not quoted.
"""

import hashlib
import re
from collections.abc import Callable

from cryptography.fernet import Fernet
from flask import Response, current_app, request

from api.problems import RequestRefused, answer_error
from billing.actors import current_actor
from billing.idempotency.in_stages import once_in_stages
from billing.idempotency.models import Answer, Request
from billing.idempotency.once import once
from billing.idempotency.sealing import seal_of

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_LENT = frozenset({"ETag", "Location", "Cache-Control", "Content-Type", "WWW-Authenticate"})


def idempotently(
    respond: Callable[[], Response], *, in_stages: bool = False, is_secret: bool = False
) -> Response:
    """What `respond` gives, once for each key of the reader; without a key just that.

    `in_stages`: it takes several transactions, or asks somebody else. `is_secret`: what is kept
    of the answer can be read by whoever sends the key, and by nobody else. Raises RequestRefused
    for what is no key, and what `once` raises.
    """
    key = _given_key()
    if key is None:
        return respond()
    seal = _seal(key) if is_secret else None
    do = once_in_stages if in_stages else once
    answer = do(
        _told_apart(key),
        lambda: _answer(respond(), seal),
        lambda error: _answer(answer_error(error), seal),
    )
    return _response(answer, seal)


def _given_key() -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        detail = "Idempotency-Key takes 1 to 255 visible ASCII characters, such as a UUID."
        raise RequestRefused(400, "malformed_idempotency_key", detail)
    return key


def _told_apart(key: str) -> Request:
    """Keys are each reader's own. The same request is the same method, address and body."""
    actor = current_actor()
    asked = "\n".join((request.method, request.full_path, request.headers.get("If-Match", "")))
    return Request(
        _digest(f"{actor.type}\n{actor.id}\n{key}".encode()),
        _digest(asked.encode() + b"\n" + request.get_data()),
    )


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _seal(key: str) -> Fernet:
    return seal_of(current_app.config["SETTINGS"].secret_key, key)


def _answer(response: Response, seal: Fernet | None) -> Answer:
    body = response.get_data()
    headers = {name: value for name, value in response.headers if name in _LENT}
    return Answer(response.status_code, headers, seal.encrypt(body) if seal else body)


def _response(answer: Answer, seal: Fernet | None) -> Response:
    body = seal.decrypt(answer.body) if seal else answer.body
    headers = dict(answer.headers)
    if answer.is_replayed:
        headers[REPLAYED] = "true"
    return Response(body, answer.status, headers)
