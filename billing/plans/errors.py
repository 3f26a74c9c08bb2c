"""Refusals about plans."""

from billing.errors import Conflict, NotFound


class PlanNotFound(NotFound):
    code = "plan_not_found"


class PlanNotSubscribable(Conflict):
    """Drafts and archived plans take no new subscriptions."""

    code = "plan_not_subscribable"


class PlanMoveRefused(Conflict):
    """The plan's state does not lead to the one asked for."""

    code = "plan_move_refused"
