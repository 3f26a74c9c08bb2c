"""What waited to be sent when the backup was made has mostly been sent since. It is held back for
a person to look at: mail is kept, deliveries count as failed; both can be sent again from there."""

from datetime import datetime

from billing.backups.contents import INCOMING
from billing.database import Row, database
from billing.mail.models import KEPT_FOR as MAIL_KEPT_FOR
from billing.mail.models import MAILS
from billing.webhooks.models import DELIVERIES
from billing.webhooks.models import KEPT_FOR as DELIVERY_KEPT_FOR


def hold_mails(now: datetime) -> int:
    """Keep all mail that waits, among the restored collections; how much it was."""
    kept = {"status": "kept", "settled_at": now, "expires_at": now + MAIL_KEPT_FOR, "held_at": now}
    change: Row = {"$set": kept, "$unset": {"claim": 1}}
    return database()[INCOMING + MAILS].update_many({"status": "waiting"}, change).modified_count


def hold_deliveries(now: datetime) -> int:
    """Give up all deliveries that are pending, among the restored collections; how many."""
    over = {"status": "failed", "expires_at": now + DELIVERY_KEPT_FOR, "held_at": now}
    change: Row = {"$set": over, "$unset": {"place": 1, "next_attempt_at": 1, "give_up_at": 1}}
    rows = database()[INCOMING + DELIVERIES]
    return rows.update_many({"status": "pending"}, change).modified_count
