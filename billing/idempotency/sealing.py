"""Answers that hold what is not everybody's: only who sends the key again can read them."""

import base64
import hmac

from cryptography.fernet import Fernet


def seal_of(secret: str, key: str) -> Fernet:
    """Seals and opens with what follows from the installation's secret and the reader's key."""
    derived = hmac.digest(secret.encode(), b"idempotency\n" + key.encode(), "sha256")
    return Fernet(base64.urlsafe_b64encode(derived))
