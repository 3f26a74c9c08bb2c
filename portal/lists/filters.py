"""From a filter's text in the address to what a list's query takes, or Invalid."""

from datetime import UTC, date, datetime

from billing.errors import Invalid


def text(typed: str) -> str:
    return typed


def flag(typed: str) -> bool:
    return typed == "true"


def day(typed: str) -> date:
    """`2026-01-31`."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid("A day must be written like 2026-01-31.") from None


def moment(typed: str) -> datetime:
    """A day or a minute, in UTC unless it says otherwise."""
    try:
        found = datetime.fromisoformat(typed)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Invalid("A day must be written like 2026-01-31.") from None
