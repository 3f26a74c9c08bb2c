"""Refusals about meters and usage."""

from billing.errors import Conflict, Invalid, NotFound


class MeterNotFound(NotFound):
    code = "meter_not_found"


class MeterKeyTaken(Conflict):
    """A key names one meter for good."""

    code = "meter_key_taken"


class MeterInUse(Conflict):
    """How its events add up is settled with the first of them."""

    code = "meter_in_use"


class MeterArchived(Conflict):
    """It is archived already."""

    code = "meter_archived"


class UsageEventNotFound(NotFound):
    code = "usage_event_not_found"


class UsageRefused(Invalid):
    """Something in a batch cannot be counted, so nothing of it was; `errors` names each entry."""

    code = "usage_refused"
