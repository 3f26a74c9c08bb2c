"""Small shapes that every API view shares."""

from datetime import datetime


def instant(value: datetime | None) -> str | None:
    """A UTC instant as RFC 3339 text in whole milliseconds: `2026-11-23T10:00:00.000Z`."""
    return None if value is None else f"{value.isoformat(timespec='milliseconds')[:23]}Z"
