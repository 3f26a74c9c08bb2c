"""Password hashes: argon2id with the library's current parameters (RFC 9106, low memory).

A hash is dear on purpose: 64 MiB and four threads of its own. So a process computes few at once,
and a flood of guesses holds up nobody but those who sign in.
"""

import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from billing.errors import TooMany

AT_ONCE = 2
"""In one process."""
ADMITTED = 4
"""Those and who waits for them: of a web process' eight threads, half stay free for all else."""
PATIENCE_SECONDS = 1.0
_RETRY_SECONDS = 2

_hasher = PasswordHasher()


def _nobodys(hasher: PasswordHasher) -> str:
    """A hash that no password has, to be verified against when there is no such user, so that both
    answers take the same time. Not computed, which would delay the start of every process."""
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    drawn = (secrets.token_bytes(length) for length in (hasher.salt_len, hasher.hash_len))
    salt, digest = (b64encode(part).decode().rstrip("=") for part in drawn)
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


_NOBODY = _nobodys(_hasher)
_admitted = BoundedSemaphore(ADMITTED)
_computed = BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """The argon2id hash, parameters and salt included. Raises TooMany while many are computed."""
    with _one_of_few():
        return _hasher.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes equally long for a user who does not exist.

    Raises TooMany while many are computed, before anything is known of this one.
    """
    with _one_of_few():
        try:
            return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _admitted.acquire(blocking=False):
        raise _too_many()
    try:
        if not _computed.acquire(timeout=PATIENCE_SECONDS):
            raise _too_many()
        try:
            yield
        finally:
            _computed.release()
    finally:
        _admitted.release()


def _too_many() -> TooMany:
    return TooMany(
        "Many passwords are being checked just now. Try again in a moment.",
        retry_after=_RETRY_SECONDS,
    )
