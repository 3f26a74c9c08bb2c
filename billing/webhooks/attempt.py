"""An attempt: signed as of now, sent, and whatever came of it."""

import logging
from datetime import datetime

from billing.database import Row
from billing.sealing import SealBroken
from billing.webhooks.message import headers_of
from billing.webhooks.outcome import Attempt, Outcome
from billing.webhooks.secret_keys import signing_keys
from billing.webhooks.send import Sender

_log = logging.getLogger("duebill.webhooks")


def attempt(
    sender: Sender, endpoint: Row, delivery: Row, body: str | None, at: datetime
) -> Attempt:
    """Post `body` to the endpoint. Never raises; `body` is None where there is nothing to show."""
    if body is None:
        return Attempt(delivery, "", at, Outcome(error="event_unreadable"))
    try:
        keys = signing_keys(endpoint["secrets"], at)
        headers = headers_of(delivery["event_id"], body, at, keys)
        outcome = sender.post(endpoint["url"], headers, body.encode())
    except SealBroken:
        outcome = Outcome(error="secret_unreadable")
    except Exception:  # noqa: BLE001 -- it is logged, and must not end the thread that sends
        _log.exception("An attempt failed here")
        outcome = Outcome(error="internal_error")
    return Attempt(delivery, body, at, outcome)
