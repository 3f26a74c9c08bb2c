"""What may be said of a test clock."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, AwareDatetime

from billing.errors import WrongValue
from billing.inputs import Input, Name


def _instant(value: datetime | date) -> datetime:
    """UTC, in whole milliseconds; a date alone is its midnight."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min, UTC)
    if value.year < 2000:
        raise WrongValue("must be greater than or equal to 2000-01-01")
    if value.year > 2999:
        raise WrongValue("must be less than or equal to 2999-12-31")
    return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)


if TYPE_CHECKING:
    Moment = datetime
else:
    Moment = Annotated[AwareDatetime | date, AfterValidator(_instant)]


class CreateClock(Input):
    """Creating a test clock."""

    name: Name
    now: Moment
    """Where it stands at first: an instant such as 2026-01-31T09:00:00Z, or a date, which means
    its midnight in UTC."""


class AdvanceClock(Input):
    """Letting a test clock's time go by."""

    to: Moment
    """As `now` of a new clock; not before where the clock stands, and at most ten years on."""
