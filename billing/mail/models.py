"""The collection `mails`: the outbox, and what became of what was in it."""

from datetime import timedelta
from typing import Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.indexes import declare_indexes

MAILS = "mails"
KEPT_FOR = timedelta(days=400)
"""How long a mail is kept once it is settled."""

Status = Literal["waiting", "sent", "failed", "kept", "cancelled"]
"""`kept` is what was not sent because the installation sends no mail, or none to this customer."""

declare_indexes(
    MAILS,
    IndexModel(
        [("once", ASCENDING)],
        name="once",
        unique=True,
        partialFilterExpression={"once": {"$exists": True}},
    ),
    IndexModel(
        [("due_at", ASCENDING), ("_id", ASCENDING)],
        name="due",
        partialFilterExpression={"status": "waiting"},
    ),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    IndexModel([("kind", ASCENDING), ("_id", DESCENDING)], name="kind"),
    IndexModel([("to", ASCENDING), ("_id", DESCENDING)], name="to"),
    IndexModel([("about", ASCENDING), ("_id", DESCENDING)], name="about", sparse=True),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer", sparse=True),
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)
