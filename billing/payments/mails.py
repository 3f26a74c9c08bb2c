"""Mail about a payment, queued with what became of it."""

from billing.actors import current_actor
from billing.customers.queries import get_customer
from billing.invoices.mails import notify
from billing.invoices.models import Invoice
from billing.payments.models import Payment

NEVER_ASKED = "never_asked"
"""Why an attempt failed of which the provider knows nothing."""


def mail_receipt(payment: Payment, invoice: Invoice) -> None:
    """Thank for money that came in, inside the transaction that notes it."""
    notify(
        "receipt",
        invoice,
        get_customer(payment.customer_id),
        once=f"receipt:{payment.id}",
        document=("receipt", payment.id),
        amount=[payment.amount, payment.currency],
        paid_date=payment.paid_date.isoformat(),
    )


def mail_failure(payment: Payment, invoice: Invoice) -> None:
    """Tell that money could not be collected. Who sees it on their own page need not be told, nor
    who was never asked."""
    if payment.failure_code == NEVER_ASKED or current_actor().role == "customer":
        return
    notify(
        "payment_failed",
        invoice,
        get_customer(payment.customer_id),
        once=f"payment_failed:{payment.id}",
        amount=[payment.amount, payment.currency],
    )
