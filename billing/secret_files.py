"""Secrets in files: those that a local installation makes once and keeps under DATA_DIR, readable
by their owner only, and those handed over in a file that a variable such as SECRET_KEY_FILE names.
"""

import os
import secrets
from collections.abc import Mapping
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


def told(environ: Mapping[str, str], name: str) -> str:
    """What the variable `name` says, or else the file that `name`_FILE points to; or nothing.

    Raises OSError when there is no such file, or it is not ours to read.
    """
    if (value := environ.get(name, "").strip()) or not (path := environ.get(f"{name}_FILE")):
        return value
    return Path(path).read_text().strip()
