"""The manifest of a backup: what it is of, and what each of its parts has to be."""

from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from billing.backups.errors import BackupDamaged

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a collection: the member's `name`, its size in `bytes` as packed, its `sha256`."""

    name: str
    bytes: int
    sha256: str


@dataclass(slots=True)
class Collected:
    """A collection: `bytes` and `sha256` are of its documents as BSON, one after the other, in the
    order in which the server keeps them."""

    documents: int = 0
    bytes: int = 0
    sha256: str = ""
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manifest:
    """All collections as they were at one moment: `taken_at` (ISO, UTC, by the server's clock), the
    cluster's time `[seconds, increment]`. `secret` tells one SECRET_KEY from another."""

    duebill: str
    schema_version: int
    mongodb: str
    database: str
    taken_at: str
    cluster_time: list[int]
    secret: str
    collections: dict[str, Collected]
    left_out: list[str]
    format: int = FORMAT

    @property
    def documents(self) -> int:
        return sum(each.documents for each in self.collections.values())

    @property
    def packed_bytes(self) -> int:
        return sum(part.bytes for each in self.collections.values() for part in each.parts)

    def dump(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)


def parse_manifest(text: bytes) -> Manifest:
    """The manifest that was dumped. Raises BackupDamaged."""
    try:
        told: dict[str, Any] = orjson.loads(text)
        if told["format"] != FORMAT:
            raise BackupDamaged(
                f"This backup is of format {told['format']}, which another version of Duebill "
                f"wrote; this one reads format {FORMAT}."
            )
        told["collections"] = {
            name: Collected(**{**each, "parts": [Part(**part) for part in each["parts"]]})
            for name, each in told["collections"].items()
        }
        return Manifest(**told)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged("manifest.json is damaged.") from error
