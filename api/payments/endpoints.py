"""Payments: recording, taking, listing, paying back."""

from api import references
from api.answers import One, PageOf, Resource, created
from api.endpoint import Endpoints
from api.payments.shapes import Payment as PaymentShape
from api.payments.shapes import PaymentQuery
from billing.invoices.errors import AmountOutOfRange, InvoiceNotFound, InvoiceNotPayable
from billing.pages import Page
from billing.payments import charge, errors, queries, refund
from billing.payments.inputs import PaymentInput, RefundInput
from billing.payments.models import Payment
from billing.payments.views import payment_view, payment_views

PAYMENT = Resource(
    PaymentShape,
    payment_view,
    payment_views,
    references=(references.CUSTOMER, references.INVOICE),
    dear=("refunds",),
)
READ, WRITE = "read:invoices", "write:invoices"
MISSING = errors.PaymentNotFound

endpoints = Endpoints("Payments", "Money received, and money paid back.")


@endpoints.get("/payments", "List payments", scope=READ, query=PaymentQuery, answer=PageOf(PAYMENT))
def list_payments(query: PaymentQuery) -> Page:
    """Newest first, failed ones and those under way too."""
    return queries.list_payments(**query.arguments())


@endpoints.post(
    "/payments",
    "Pay an invoice",
    scope=WRITE,
    body=(PaymentInput,),
    answer=created(PAYMENT),
    in_stages=True,
    refusals=(
        InvoiceNotFound,
        InvoiceNotPayable,
        AmountOutOfRange,
        errors.ProviderNotAvailable,
        errors.PaymentUnderWay,
    ),
)
def create_payment(body: PaymentInput) -> Payment:
    """A `manual` payment has happened; a provider is asked for any other, which may then be
    `succeeded`, `failed` or, while the provider has not answered, `pending`."""
    return charge.create_payment(body)


@endpoints.get(
    "/payments/<payment_id>",
    "Show a payment",
    scope=READ,
    answer=One(PAYMENT),
    refusals=(MISSING,),
)
def get_payment(payment_id: str) -> Payment:
    """With its refunds."""
    return queries.get_payment(payment_id)


@endpoints.post(
    "/payments/<payment_id>/refund",
    "Refund a payment",
    scope=WRITE,
    body=(RefundInput,),
    answer=One(PAYMENT),
    in_stages=True,
    revised=True,
    refusals=(MISSING, errors.PaymentNotRefundable, errors.RefundOutOfRange),
)
def refund_payment(payment_id: str, body: RefundInput, revision: int | None) -> Payment:
    """All that is left of it, or `amount`. The invoice stays as it is: to take back what it
    claims, issue a credit note, which pays back by itself."""
    return refund.refund_payment(payment_id, body, revision)
