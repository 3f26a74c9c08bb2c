"""Moving an invoice from one state to another."""

from api.answers import One
from api.body import NoFields
from api.endpoint import Endpoints
from api.invoices.endpoints import COUPON, INVOICE, MISSING, WRITE
from billing.customers.errors import CustomerDeleted
from billing.invoices import errors, finalize, void
from billing.invoices import send_invoice as sending
from billing.invoices.inputs import PayInvoice, SendInvoice, VoidInvoice
from billing.invoices.models import Invoice
from billing.mail.errors import AddressUnusable
from billing.payments import pay_invoice as payments

endpoints = Endpoints(
    "Invoice moves", "Issuing, sending, paying, voiding and giving up an invoice."
)


@endpoints.put(
    "/invoices/<invoice_id>/pay",
    "Record a payment",
    scope=WRITE,
    body=(PayInvoice,),
    answer=One(INVOICE),
    revised=True,
    refusals=(MISSING, errors.InvoiceNotPayable),
)
def pay_invoice(invoice_id: str, body: PayInvoice, revision: int | None) -> Invoice:
    """Of all that is due, or of the `amount` given; what is beyond becomes credit."""
    return payments.pay_invoice(invoice_id, body, revision)


@endpoints.post(
    "/invoices/<invoice_id>/finalize",
    "Issue a draft",
    scope=WRITE,
    body=(NoFields,),
    answer=One(INVOICE),
    revised=True,
    refusals=(
        MISSING,
        errors.InvoiceNotFinalizable,
        CustomerDeleted,
        errors.TotalTooLarge,
        *COUPON,
    ),
)
def finalize_invoice(invoice_id: str, body: NoFields, revision: int | None) -> Invoice:
    """It is computed anew with today's rates, coupon and credit, gets its number and dates, and
    never changes again in what it claims."""
    return finalize.finalize_invoice(invoice_id, revision)


@endpoints.post(
    "/invoices/<invoice_id>/void",
    "Void an invoice",
    scope=WRITE,
    body=(VoidInvoice,),
    answer=One(INVOICE),
    revised=True,
    refusals=(MISSING, errors.InvoiceNotVoidable),
)
def void_invoice(invoice_id: str, body: VoidInvoice, revision: int | None) -> Invoice:
    """It keeps its number and lines; nothing is due on it any more."""
    return void.void_invoice(invoice_id, body, revision)


@endpoints.post(
    "/invoices/<invoice_id>/mark_uncollectible",
    "Give up an invoice",
    scope=WRITE,
    body=(NoFields,),
    answer=One(INVOICE),
    revised=True,
    refusals=(MISSING, errors.InvoiceNotUncollectible),
)
def mark_invoice_uncollectible(invoice_id: str, body: NoFields, revision: int | None) -> Invoice:
    """It can still be paid."""
    return void.mark_uncollectible(invoice_id, revision)


@endpoints.post(
    "/invoices/<invoice_id>/send",
    "Send an invoice",
    scope=WRITE,
    body=(SendInvoice,),
    answer=One(INVOICE),
    revised=True,
    refusals=(
        MISSING,
        errors.InvoiceNotSendable,
        errors.CustomerWithoutEmail,
        AddressUnusable,
    ),
)
def send_invoice(invoice_id: str, body: SendInvoice, revision: int | None) -> Invoice:
    """By mail with its PDF, in the customer's language. It is in the outbox when this answers; a
    worker hands it to the mail server."""
    return sending.send_invoice(invoice_id, body, revision)
