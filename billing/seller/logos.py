"""The seller's logo: a small PNG or JPEG, kept by its content so that old invoices keep theirs."""

import hashlib
from typing import Any

from billing import clock
from billing.database import Row, database
from billing.seller.errors import LogoNotFound, LogoUnusable
from billing.seller.pictures import picture_type
from billing.seller.save_settings import write_settings
from billing.transactions import operation

MAX_BYTES = 256 * 1024


@operation
def save_logo(content: bytes, expected_revision: int | None = None) -> Row:
    """Show this picture on invoices from now on. Raises LogoUnusable and StaleRevision."""
    if len(content) > MAX_BYTES:
        raise LogoUnusable(
            "The logo is larger than %(most)s KiB; save a smaller one.", most=MAX_BYTES // 1024
        )
    content_type = picture_type(content)
    logo_id = hashlib.sha256(content).hexdigest()[:32]
    row: dict[str, Any] = {"content": content, "content_type": content_type}
    database().logos.update_one(
        {"_id": logo_id}, {"$setOnInsert": {**row, "created_at": clock.now()}}, upsert=True
    )
    return write_settings({"logo": logo_id}, expected_revision)


@operation
def remove_logo(expected_revision: int | None = None) -> Row:
    """New invoices show none; issued ones keep theirs. Raises StaleRevision."""
    return write_settings({"logo": None}, expected_revision)


def get_logo(logo_id: str) -> tuple[bytes, str]:
    """The picture and its content type. Raises LogoNotFound."""
    found = database().logos.find_one({"_id": logo_id})
    if found is None:
        raise LogoNotFound("There is no such logo.")
    return bytes(found["content"]), found["content_type"]
