"""Refusals about payments."""

from billing.errors import Conflict, Invalid, NotFound


class PaymentNotFound(NotFound):
    code = "payment_not_found"


class ProviderNotAvailable(Invalid):
    """No such payment provider is set up here."""

    code = "provider_not_available"


class PaymentUnderWay(Conflict):
    """The provider was asked for a payment of this invoice and has not answered yet."""

    code = "payment_under_way"
    is_lost_race = True


class PaymentNotRefundable(Conflict):
    """It did not succeed, or all of it was paid back."""

    code = "payment_not_refundable"


class RefundOutOfRange(Invalid):
    """More is to be paid back than is left of the payment."""

    code = "refund_out_of_range"
