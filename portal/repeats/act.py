"""What a form that was sent asks for, and what it has in common with the same form sent again."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.fernet import Fernet
from flask import current_app, request

from billing.actors import current_actor
from billing.idempotency.models import Request
from billing.idempotency.sealing import seal_of

FIELD = "idempotency_key"
_UNTOLD = frozenset({FIELD, "csrf_token"})  # a form that is shown again has another token


@dataclass
class Act:
    """Told apart from all other acts of everybody by its request's key."""

    request: Request
    seal: Fernet
    """Its answer may name people, or hold a secret that is shown once."""
    is_done: bool = False
    """Whether it was done just now, to answer the present request."""


def fresh_key() -> str:
    """A key for one rendering of a form."""
    return secrets.token_urlsafe(16)


def act_of_request() -> Act | None:
    """None where nothing is sent that carries a key."""
    key = request.form.get(FIELD) if request.method == "POST" else None
    if not key:
        return None
    actor = current_actor()
    told = _digest("form", actor.type, actor.id, key, request.full_path, *_values())
    seal = seal_of(current_app.config["SETTINGS"].secret_key, key)
    return Act(Request(key=told, fingerprint=told), seal)


def _values() -> Iterator[str]:
    for name, value in sorted(request.form.items(multi=True)):
        if name not in _UNTOLD:
            yield from (name, value)
    for name, file in request.files.items(multi=True):
        yield from (name, hashlib.sha256(file.read()).hexdigest())
        file.seek(0)


def _digest(*parts: str) -> str:
    """Of the parts' digests, so that none can pass for the end of another."""
    each = (hashlib.sha256(part.encode()).digest() for part in parts)
    return hashlib.sha256(b"".join(each)).hexdigest()
