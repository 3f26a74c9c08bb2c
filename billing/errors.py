"""Every refusal of the business: a class, a stable code, a sentence that says what to do."""

from dataclasses import dataclass
from typing import ClassVar

from billing.phrases import Phrase, Told


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with one input field; `field` is a dotted path or empty."""

    field: str
    message: str
    """A phrase where it is said by a rule of billing."""


class BillingError(Exception):
    """Base of all refusals. `code` is part of the API's contract, `message` is for people.

    The message is written where it is raised, as the template of a phrase whose facts follow:
    `Invalid("Only %(left)s is left.", left=Money(4900, "USD"), field="amount")`.
    """

    code: ClassVar[str] = "billing_error"
    is_lost_race: ClassVar[bool] = False
    """Whether the same request may end differently when it is sent again."""
    retry_after: int | None = None
    """Seconds to wait before sending it again, where there is something to wait for."""

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        errors: list[FieldError] | None = None,
        **facts: Told,
    ):
        self.message = Phrase(message, **facts)
        super().__init__(self.message)
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

    def __init__(self, message: str, *, retry_after: int, **facts: Told):
        super().__init__(Phrase(message, **facts))
        self.retry_after = retry_after


class WrongValue(ValueError):
    """What a validator of an input says is wrong with a value, worded like a refusal."""

    def __init__(self, message: str, **facts: Told):
        self.message = Phrase(message, **facts)
        super().__init__(self.message)
