"""Refusals about customers."""

from billing.errors import Conflict, Invalid, NotFound


class CustomerNotFound(NotFound):
    code = "customer_not_found"


class ExternalIdTaken(Conflict):
    """Another customer has this key of yours."""

    code = "external_id_taken"


class CustomerDeleted(Conflict):
    """A deleted customer can be read but no longer changed."""

    code = "customer_deleted"


class CustomerHasLiveSubscriptions(Conflict):
    """Cancel them first."""

    code = "customer_has_live_subscriptions"


class CustomerHasUnpaidInvoices(Conflict):
    """Settle or void them first."""

    code = "customer_has_unpaid_invoices"


class NoCreditMoved(Invalid):
    """An adjustment of nothing."""

    code = "no_credit_moved"
