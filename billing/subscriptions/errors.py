"""Refusals about subscriptions."""

from billing.errors import Conflict, Invalid, NotFound


class SubscriptionNotFound(NotFound):
    code = "subscription_not_found"


class SubscriptionNotChangeable(Conflict):
    """It has ended."""

    code = "subscription_not_changeable"


class SubscriptionNotCancellable(Conflict):
    """It has ended, or its end is settled already."""

    code = "subscription_not_cancellable"


class CancellationNotRevocable(Conflict):
    """There is no cancellation at period end to take back."""

    code = "cancellation_not_revocable"


class PlanNotCompatible(Invalid):
    """Another currency or cycle cannot begin inside a running period."""

    code = "plan_not_compatible"


class StartTooLongAgo(Invalid):
    """More periods have gone by than are billed in one go."""

    code = "start_too_long_ago"


class PriceNotWhole(Invalid):
    """A flat price is charged as it is, so it has no fraction of the smallest unit."""

    code = "price_not_whole"
