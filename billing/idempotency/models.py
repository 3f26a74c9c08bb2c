"""What is remembered of a request that may come again: its first answer, for a day."""

from dataclasses import dataclass, field
from datetime import timedelta

from pymongo import ASCENDING, IndexModel

from billing.database import Row
from billing.indexes import declare_indexes

COLLECTION = "idempotency_keys"
KEPT_FOR = timedelta(hours=24)

declare_indexes(
    COLLECTION,
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that names a key. `key` tells it apart from all others of everybody, `fingerprint`
    tells whether it asks for the same; both are digests."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The first answer, as the edge that gave it gives it again."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_replayed: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it is more than that the work is done."""
        return self.status != 0

    def row(self) -> Row:
        """As it is kept."""
        return {"status": self.status, "headers": self.headers, "body": self.body}


DONE = Answer(0)
"""What is kept with work whose answer is not there yet."""


def kept_answer(row: Row) -> Answer:
    """The answer of a row, given again."""
    return Answer(row["status"], row["headers"], bytes(row["body"]), is_replayed=True)
