"""Idempotency-Key: a request that comes again gets its first answer again.

After draft-ietf-httpapi-idempotency-key-header; the header takes any visible text, not quoted.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.fernet import Fernet
from flask import Response, current_app, request

from api.problems import HEADERS, RequestRefused, answer_error
from billing.actors import current_actor
from billing.errors import BillingError
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
    first = _First(respond, _seal(key) if is_secret else None)
    do = once_in_stages if in_stages else once
    answer = do(_told_apart(key), first.answer, first.refuse)
    return _response(answer, first.seal) if answer.is_replayed else first.response


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


@dataclass
class _First:
    """Does the work, and holds its response as it goes out beside the answer that is kept of it."""

    respond: Callable[[], Response]
    seal: Fernet | None
    response: Response = field(default_factory=Response)

    def answer(self) -> Answer:
        """What the work answers; the last time counts, where it has to be done again."""
        return self._kept(self.respond())

    def refuse(self, error: BillingError) -> Answer:
        """What a refusal of the business answers."""
        return self._kept(answer_error(error))

    def _kept(self, response: Response) -> Answer:
        self.response = response
        body = response.get_data()
        headers = {name: value for name, value in response.headers if name in _LENT}
        return Answer(response.status_code, headers, self.seal.encrypt(body) if self.seal else body)


def _response(answer: Answer, seal: Fernet | None) -> Response:
    body = seal.decrypt(answer.body) if seal else answer.body
    return Response(body, answer.status, {**HEADERS, **answer.headers, REPLAYED: "true"})
