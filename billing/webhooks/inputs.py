"""What may be said of webhook endpoints."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from billing.errors import WrongValue
from billing.events.types import is_pattern
from billing.inputs import Input, Line, Metadata, WholeNumber
from billing.webhooks.models import WebhookEndpoint

MOST_REPLAYED = 10_000
"""Events that one call can replay."""


def _known(patterns: list[str]) -> list[str]:
    """Without repeats. Raises WrongValue for what is no type of event."""
    for pattern in patterns:
        if not is_pattern(pattern):
            raise WrongValue("names no type of event: %(pattern)s", pattern=pattern)
    return list(dict.fromkeys(patterns))


EventPattern = Annotated[str, Field(pattern=r"^(\*|[a-z_]{1,40}\.([a-z_]{1,60}|\*))$")]
EventPatterns = Annotated[
    list[EventPattern], Field(min_length=1, max_length=200), AfterValidator(_known)
]
Url = Annotated[str, Field(pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[!-~]+$", max_length=2000)]
Sequence = Annotated[WholeNumber, Field(ge=1, le=10**15 - 1)]


class WebhookEndpointInput(Input):
    """Making an endpoint, or replacing what is known of one."""

    url: Url
    """Where events are posted to: http or https, in ASCII, without user name and fragment. It must
    not lead into a private network, unless the installation allows that."""
    description: Line | None = None
    event_types: EventPatterns
    """Types such as `invoice.paid`, all of an object such as `invoice.*`, or `*`."""
    status: Literal["enabled", "disabled"] | None = None
    """`enabled` for a new endpoint; left out, an existing one keeps its own."""
    metadata: Metadata = {}


class RotateWebhookSecret(Input):
    """Replacing an endpoint's secret."""

    overlap_hours: Annotated[WholeNumber, Field(ge=0, le=168)] = 24
    """How long the present secrets stay valid beside the new one; 0 ends them at once."""


class ReplayRange(Input):
    """Sending the events of a range again, at most 10,000 of them."""

    from_seq: Sequence
    """The first event, by its `seq`."""
    to_seq: Sequence
    """The last one."""

    @field_validator("to_seq")
    @classmethod
    def _not_too_far(cls, value: int, info: ValidationInfo) -> int:
        first = info.data.get("from_seq")
        if first is not None and not 0 <= value - first < MOST_REPLAYED:
            raise WrongValue("must be from from_seq to %(most)s above it", most=MOST_REPLAYED - 1)
        return value


class ReplayFailed(Input):
    """Sending again what was given up, the oldest 10,000 deliveries of it."""

    failed: Literal[True]


def as_input(endpoint: WebhookEndpoint) -> WebhookEndpointInput:
    """The input that would make the endpoint as it is."""
    row = endpoint.row()
    names = WebhookEndpointInput.model_fields.keys() & row.keys()
    return WebhookEndpointInput.model_construct(**{name: row[name] for name in names})
