"""What the clock begins rests after a restore, until a person has looked.

Reminders, mails and invoices of the time after the backup may have gone out before the restore,
and the restored books know nothing of it.
"""

from datetime import datetime

from billing.closing import COLLECTION
from billing.database import Row, database

_RESTORED = "restored"


def find_restored() -> Row | None:
    """The last restore: `at`, the backup's `taken_at` (ISO), the `mails` and `deliveries` that were
    held back, and whether what the clock begins `is_held`."""
    return database()[COLLECTION].find_one({"_id": _RESTORED})


def is_held() -> bool:
    """Whether nothing begins by itself now."""
    held = {"_id": _RESTORED, "is_held": True}
    return database()[COLLECTION].find_one(held, {"_id": 1}) is not None


def note_restored(
    at: datetime, taken_at: str, *, mails: int, deliveries: int, is_held: bool
) -> None:
    """Write down that a backup was restored."""
    told = {"at": at, "taken_at": taken_at, "mails": mails, "deliveries": deliveries}
    rows = database()[COLLECTION]
    rows.replace_one({"_id": _RESTORED}, {**told, "is_held": is_held}, upsert=True)


def let_go_on() -> bool:
    """Let the clock's work begin again; whether it was held."""
    held = {"_id": _RESTORED, "is_held": True}
    freed = database()[COLLECTION].update_one(held, {"$set": {"is_held": False}})
    return bool(freed.modified_count)
