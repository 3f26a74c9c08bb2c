"""When the installation was backed up last."""

import math
from datetime import datetime

from billing import clock
from billing.closing import COLLECTION
from billing.database import database

BACKUP = "backup"
"""The row of the work, beside whose lease it stands (billing.maintenance)."""


def backup_age() -> float:
    """Seconds since the last backup that was written whole; endless where there was none."""
    row = database()[COLLECTION].find_one({"_id": BACKUP}, {"last.at": 1}) or {}
    if "last" not in row:
        return math.inf
    at: datetime = row["last"]["at"]
    return (clock.wall_clock() - at).total_seconds()
