"""Recovery codes: what opens once each when the phone is lost."""

import secrets

from billing.users.families import hashed

HOW_MANY = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike on paper: i l o, 0 1
_GROUPS, _LETTERS = 4, 4


def new_codes() -> list[str]:
    """Fresh codes such as `k3vd-x9mp-7qwa-tb2c`: 79 bits each, so that a plain hash keeps them."""
    return ["-".join(_group() for _ in range(_GROUPS)) for _ in range(HOW_MANY)]


def code_hash(code: str) -> str:
    """What is kept of a code, however it is typed."""
    return hashed("".join(c for c in code.lower() if c in _ALPHABET))


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
