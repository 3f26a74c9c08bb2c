"""Every refusal of the business: a class, a stable code, a sentence that says what to do."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with one input field; `field` is a dotted path or empty."""

    field: str
    message: str


class BillingError(Exception):
    """Base of all refusals. `code` is part of the API's contract, `message` is for people."""

    code: ClassVar[str] = "billing_error"
    is_lost_race: ClassVar[bool] = False
    """Whether the same request may end differently when it is sent again."""
    retry_after: int | None = None
    """Seconds to wait before sending it again, where there is something to wait for."""

    def __init__(self, message: str, *, field: str = "", errors: list[FieldError] | None = None):
        super().__init__(message)
        self.message = message
        self.field = field
        self._errors = errors or []

    @property
    def errors(self) -> list[FieldError]:
        """What is wrong, field by field; empty when no field is to blame."""
        if self._errors or not self.field:
            return self._errors
        return [FieldError(self.field, self.message)]


class Unauthenticated(BillingError):
    """Nobody we know is asking."""

    code = "unauthenticated"


class Forbidden(BillingError):
    """We know who is asking, and they may not."""

    code = "forbidden"


class NotFound(BillingError):
    """No such object, or none that this actor may see."""

    code = "not_found"


class Conflict(BillingError):
    """The state of things refuses it; the same request may succeed later."""

    code = "conflict"


class StaleRevision(Conflict):
    """Somebody changed the object since the caller read it."""

    code = "stale_revision"
    is_lost_race = True


class Invalid(BillingError):
    """Well-formed, but not acceptable whatever the state."""

    code = "invalid"


class TooMany(BillingError):
    """Too often; `retry_after` is in whole seconds."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int):
        super().__init__(message)
        self.retry_after = retry_after
