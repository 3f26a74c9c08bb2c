"""Refusals about invoices."""

from billing.errors import Conflict, Invalid, NotFound


class InvoiceNotFound(NotFound):
    code = "invoice_not_found"


class InvoiceNotEditable(Conflict):
    """Only a draft can be changed."""

    code = "invoice_not_editable"


class InvoiceNotFinalizable(Conflict):
    """Only a draft can be issued."""

    code = "invoice_not_finalizable"


class InvoiceNotPayable(Conflict):
    """Its state takes no payment: a draft, one that is paid and one that is void."""

    code = "invoice_not_payable"


class InvoiceNotVoidable(Conflict):
    """It is a draft, void or paid, or something was paid or credited on it."""

    code = "invoice_not_voidable"


class InvoiceNotUncollectible(Conflict):
    """Only what is owed can be given up."""

    code = "invoice_not_uncollectible"


class InvoiceNotSendable(Conflict):
    """A draft claims nothing yet, and what is void claims nothing any more."""

    code = "invoice_not_sendable"


class CustomerWithoutEmail(Conflict):
    """There is no address to send it to: give the customer one, or say `to`."""

    code = "customer_without_email"


class NothingDue(Conflict):
    """The subscription has no period to bill today."""

    code = "nothing_due"


class SubscriptionNotBillable(Conflict):
    """Its data does not let it be billed; the message says why."""

    code = "subscription_not_billable"


class AmountOutOfRange(Invalid):
    """A payment must be above zero and no more than is due."""

    code = "amount_out_of_range"


class TotalTooLarge(Invalid):
    """The amounts are beyond what an invoice can bear."""

    code = "total_too_large"
