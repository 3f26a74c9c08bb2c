"""The workers that run: each tells every few seconds that it does."""

from pymongo import ASCENDING, IndexModel

from billing.indexes import declare_indexes

COLLECTION = "workers"
_FORGOTTEN_AFTER_SECONDS = 3600

declare_indexes(
    COLLECTION,
    IndexModel(
        [("heartbeat_at", ASCENDING)],
        name="expiry",
        expireAfterSeconds=_FORGOTTEN_AFTER_SECONDS,
    ),
)
