"""What was put into the outbox for somebody, with the link that only its reader gets to see."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from billing.database import Row, database
from billing.mail.models import MAILS
from billing.mail.outbox import PURPOSE
from billing.sealing import unseal


def mails_to(address: str) -> list[Row]:
    """All mail to an address, the newest first, each with its `link`."""
    rows = database()[MAILS].find({"to": address}).sort("_id", -1)
    return [{**row, **json.loads(unseal(row["sealed"], PURPOSE))} for row in rows]


def link_to(address: str) -> str:
    """The path of the newest link that was sent to an address."""
    return urlsplit(str(mails_to(address)[0]["link"])).path
