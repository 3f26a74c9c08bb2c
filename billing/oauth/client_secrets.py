"""Secrets of clients: 256 random bits, shown once, kept as a hash.

SHA-256 is right for them although it is quick: slow hashes protect passwords, which can be
guessed; nobody guesses 256 bits. A slow one would only let strangers keep the server busy.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from billing import clock
from billing.oauth.models import Client, ClientSecret

_PREFIX = "dbs_"  # lets scanners for leaked secrets know what they see


def add_secret(client: Client) -> str:
    """Give the client a new secret and return it; it cannot be shown again."""
    secret = _PREFIX + secrets.token_urlsafe(32)
    client.secrets.append(
        ClientSecret(hash=_hash(secret), last4=secret[-4:], created_at=clock.now())
    )
    return secret


def retire_secrets(client: Client, overlap: timedelta) -> None:
    """Let the present secrets end when `overlap` is over, or when they would end anyway."""
    end = clock.now() + overlap
    live = [secret for secret in client.secrets if _is_live(secret, clock.now())]
    for secret in live:
        secret.expires_at = min(secret.expires_at or end, end)
    client.secrets = [secret for secret in live if _is_live(secret, clock.now())]


def secret_matches(client: Client, given: str) -> bool:
    """Whether `given` is one of the client's live secrets."""
    hashed = _hash(given)
    live = (secret.hash for secret in client.secrets if _is_live(secret, clock.now()))
    return any(hmac.compare_digest(hashed, known) for known in live)


def _is_live(secret: ClientSecret, now: datetime) -> bool:
    return secret.expires_at is None or bool(secret.expires_at > now)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
