"""Secrets that have to be read again are kept sealed, by a key derived from SECRET_KEY.

What the database holds is of no use without the environment. Whoever changes SECRET_KEY loses what
was sealed under the old one.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_secret: dict[str, str] = {}


class SealBroken(Exception):
    """What was sealed cannot be read: it was sealed under another key, or is damaged."""


def use_secret(secret_key: str) -> None:
    """Name the installation's secret; called where a process begins, before anything is sealed."""
    _secret["key"] = secret_key


def seal(text: str, purpose: str) -> str:
    """`text` as it may be stored. Only `unseal` with the same purpose gives it back."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """What was sealed for `purpose`. Raises SealBroken."""
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken(f"a {purpose} was sealed under another SECRET_KEY") from None


def fingerprint() -> str:
    """What tells one SECRET_KEY from another without saying anything of either."""
    derived = HKDF(SHA256(), length=8, salt=None, info=b"duebill fingerprint")
    return derived.derive(_secret["key"].encode()).hex()


def _fernet(purpose: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=f"duebill {purpose}".encode())
    key = derived.derive(_secret["key"].encode())
    return Fernet(base64.urlsafe_b64encode(key))
