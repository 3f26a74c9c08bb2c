"""Time-based one-time passwords (RFC 6238): six digits, a new one every half minute, by SHA-1.

These are what every authenticator app supports.
"""

from datetime import datetime
from hmac import compare_digest

from pyotp import TOTP, random_base32

STEP_SECONDS = 30
_ISSUER = "Duebill"


def new_secret() -> str:
    """160 random bits as base32. Source: RFC 4226 §4, requirement 6."""
    return random_base32()


def set_up_address(secret: str, account: str) -> str:
    """The `otpauth:` address that authenticator apps read from a QR code."""
    return TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step that `code` belongs to, or None.

    The present one or one beside it: clocks differ, and to type takes a while (RFC 6238 §5.2).
    """
    totp, now = TOTP(secret), int(at.timestamp()) // STEP_SECONDS
    typed = code.encode()
    found = None
    for step in (now - 1, now, now + 1):
        if compare_digest(totp.generate_otp(step).encode(), typed):
            found = step
    return found
