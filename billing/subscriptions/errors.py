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
    """A subscription keeps its currency."""

    code = "plan_not_compatible"


class StartTooLongAgo(Invalid):
    """More periods have gone by than are billed in one go."""

    code = "start_too_long_ago"


class EndBeforeStart(Invalid):
    """Service ends after it began."""

    code = "end_before_start"


class AnchorNotPossible(Invalid):
    """The plan's periods cannot begin on that day."""

    code = "anchor_not_possible"


class SubscriptionNotPausable(Conflict):
    """It is not active, or a pause is agreed already."""

    code = "subscription_not_pausable"


class SubscriptionNotPaused(Conflict):
    """There is no pause to end."""

    code = "subscription_not_paused"


class PauseDateNotPossible(Invalid):
    """A pause begins today or later, and ends after it began."""

    code = "pause_date_not_possible"


class NoPendingChange(Conflict):
    """No change waits for the end of the period."""

    code = "no_pending_change"


class ChangeScheduled(Conflict):
    """Another plan, quantity or price waits for the end of the period."""

    code = "change_scheduled"


class PriceNotWhole(Invalid):
    """The plan's pricing model cannot have that negotiated price."""

    code = "price_not_whole"
