"""Secrets of a local installation: made once, kept under DATA_DIR, readable by their owner only."""

import os
import secrets
from pathlib import Path

MIN_SECRET_BYTES = 32  # HS256 wants a key at least as long as its hash (RFC 7518 §3.2)
_EXAMPLE_WORDS = ("change", "example", "insert", "your-", "secret-key", "placeholder", "generate")


def weakness(value: str) -> str | None:
    """Why `value` must not be used as a secret, or None when it is good enough."""
    if len(value.encode()) < MIN_SECRET_BYTES:
        return f"is shorter than {MIN_SECRET_BYTES} bytes"
    if any(word in value.lower() for word in _EXAMPLE_WORDS):
        return "looks like an example value"
    if len(set(value)) < 10:
        return "repeats a few characters"
    return None


def kept_secret(directory: Path, name: str) -> str:
    """The secret `name` of this installation; the first caller makes it, two at once agree.

    A link appears whole or not at all, so nobody ever reads half a secret.
    """
    path = directory / name
    if not path.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = directory / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another start was first; its secret counts
        finally:
            draft.unlink()
    return path.read_text().strip()
