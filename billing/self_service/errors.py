"""Refusals of what customers would do by themselves."""

from billing.errors import Conflict, Invalid


class NotOffered(Conflict):
    """The seller does not offer it, or the subscription's state does not allow it."""

    code = "not_offered"


class NothingChanged(Invalid):
    """It is so already."""

    code = "nothing_changed"


class PlanNotOffered(Invalid):
    """Customers cannot choose this plan by themselves."""

    code = "plan_not_offered"
