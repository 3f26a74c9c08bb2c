"""An endpoint's secrets: sealed as long as they are kept, two of them while one takes over."""

from datetime import datetime, timedelta
from typing import NamedTuple

from billing import clock
from billing.database import Row
from billing.ids import new_id
from billing.sealing import seal, unseal
from billing.webhooks.signing import new_secret

MOST_SECRETS = 5
_PURPOSE = "webhook secret"


class NewSecret(NamedTuple):
    """A secret that was just made: what is kept of it, and its text, which is shown once."""

    row: Row
    text: str


def make_secret() -> NewSecret:
    """A fresh secret."""
    text = new_secret()
    row = {
        "id": new_id("whs"),
        "sealed": seal(text, _PURPOSE),
        "created_at": clock.wall_clock(),
        "expires_at": None,
    }
    return NewSecret(row, text)


def live(secrets: list[Row], now: datetime) -> list[Row]:
    """Those that are valid at `now`."""
    return [each for each in secrets if each["expires_at"] is None or each["expires_at"] > now]


def ending(secrets: list[Row], now: datetime, overlap: timedelta) -> list[Row]:
    """The secrets that are valid at `now`, none of them for longer than `overlap`."""
    end = now + overlap
    capped = [{**row, "expires_at": min(row["expires_at"] or end, end)} for row in secrets]
    return live(capped, now)


def signing_keys(secrets: list[Row], now: datetime) -> list[str]:
    """The texts of the secrets that are valid at `now`. Raises SealBroken."""
    return [unseal(row["sealed"], _PURPOSE) for row in live(secrets, now)]
