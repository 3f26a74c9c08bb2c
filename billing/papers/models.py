"""Papers that were set once, kept by what they are made of; nothing is lost with them."""

from pymongo import ASCENDING, IndexModel

from billing.indexes import declare_indexes

KEPT_SECONDS = 30 * 24 * 3600
"""MongoDB drops a paper that nobody has asked for in so long."""

declare_indexes(
    "papers",
    IndexModel([("used_at", ASCENDING)], name="used", expireAfterSeconds=KEPT_SECONDS),
)
