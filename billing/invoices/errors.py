"""Refusals about invoices."""

from billing.errors import Conflict, Invalid, NotFound


class InvoiceNotFound(NotFound):
    code = "invoice_not_found"


class InvoiceNotEditable(Conflict):
    """Only a draft can be changed."""

    code = "invoice_not_editable"


class InvoiceNotFinalizable(Conflict):
    code = "invoice_not_finalizable"


class InvoiceNotPayable(Conflict):
    code = "invoice_not_payable"


class InvoiceNotVoidable(Conflict):
    code = "invoice_not_voidable"


class InvoiceNotUncollectible(Conflict):
    """Only what is owed can be given up."""

    code = "invoice_not_uncollectible"


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
    code = "total_too_large"
