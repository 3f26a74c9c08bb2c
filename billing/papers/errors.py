"""Refusals about papers."""

from billing.errors import Conflict


class PaymentNotReceived(Conflict):
    """There is no receipt of money that did not come in, or not yet."""

    code = "payment_not_received"
