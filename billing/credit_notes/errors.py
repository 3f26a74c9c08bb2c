"""Refusals about credit notes."""

from billing.errors import Conflict, Invalid, NotFound


class CreditNoteNotFound(NotFound):
    code = "credit_note_not_found"


class InvoiceNotCreditable(Conflict):
    """A draft, a void invoice and one that is credited already leave nothing to take back."""

    code = "invoice_not_creditable"


class CreditExceedsInvoice(Invalid):
    """The notes of an invoice never come to more than the invoice."""

    code = "credit_exceeds_invoice"


class CreditLineUnknown(Invalid):
    """The invoice has no such line, or nothing is left of it."""

    code = "credit_line_unknown"


class SettlementOutOfRange(Invalid):
    """More is to be refunded than was paid, or the parts do not come to the note's total."""

    code = "settlement_out_of_range"


class CreditNoteNotVoidable(Conflict):
    """It is void already, or what it paid back or credited cannot be taken back."""

    code = "credit_note_not_voidable"
