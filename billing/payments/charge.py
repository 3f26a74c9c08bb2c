"""Asking a provider for money: write the attempt, ask, settle; each on its own.

The provider is never asked inside a transaction. An attempt is stored as `pending` first, so a
process that dies anywhere leaves a trace; the truth is found by asking the provider about our
payment's id again (settle_pending), and whatever reports it twice settles it once.
"""

from mongoengine.errors import NotUniqueError

from billing.events.journal import insert, update
from billing.idempotency.in_stages import begun, note_begun
from billing.invoices.errors import AmountOutOfRange
from billing.invoices.queries import get_invoice
from billing.money import Money
from billing.payments.errors import PaymentUnderWay
from billing.payments.inputs import PaymentInput
from billing.payments.mails import mail_failure, mail_receipt
from billing.payments.models import Payment
from billing.payments.pay_invoice import check_payable, new_payment, record_payment
from billing.payments.providers import get_provider
from billing.payments.providers.base import Order, Outcome, ProviderUnreachable
from billing.payments.queries import get_payment
from billing.payments.receive import receive, today_of
from billing.transactions import operation, refuse_transaction


def create_payment(data: PaymentInput) -> Payment:
    """Record a manual payment, or let a provider take one; the payment as it stands then.

    One that an earlier try at the same request has begun is gone on with; the provider takes it
    once. It is still `pending` when the provider has not answered. Raises InvoiceNotFound,
    InvoiceNotPayable, ProviderNotAvailable, AmountOutOfRange and PaymentUnderWay.
    """
    if payment_id := begun():
        return _go_on(get_payment(payment_id))
    if data.provider == "manual":
        return record_payment(data)
    return ask_provider(start_payment(data))


def _go_on(payment: Payment) -> Payment:
    return ask_provider(payment) if payment.status == "pending" else payment


@operation
def start_payment(data: PaymentInput) -> Payment:
    """Store an attempt that the provider is still to be asked for. Raises what create_payment
    does."""
    get_provider(data.provider)
    invoice = get_invoice(data.invoice_id)
    check_payable(invoice)
    payment = new_payment(invoice, data)
    payment.status, payment.token = "pending", data.reference
    if payment.amount > invoice.amount_due:
        raise AmountOutOfRange(
            "Only %(due)s is due; charge no more.",
            due=Money(invoice.amount_due, invoice.currency),
            field="amount",
        )
    try:
        insert(payment, "payment.started")
    except NotUniqueError as error:
        raise PaymentUnderWay(
            "A payment of this invoice is under way; wait for its outcome."
        ) from error
    note_begun(payment.id)
    return payment


def ask_provider(payment: Payment) -> Payment:
    """Ask for a stored attempt and settle it; as it was when no answer comes."""
    refuse_transaction("asking a payment provider")
    try:
        outcome = get_provider(payment.provider).create(order_of(payment))
    except ProviderUnreachable:
        return payment
    return settle_payment(payment.id, outcome)


def order_of(payment: Payment) -> Order:
    """What the provider is asked for."""
    return Order(payment.id, payment.amount, payment.currency, payment.token or "")


@operation
def settle_payment(payment_id: str, outcome: Outcome) -> Payment:
    """Write down what became of an attempt, once, however often and in whatever order it is told.

    Money that came in counts also when a failure was told before. Raises PaymentNotFound.
    """
    payment = get_payment(payment_id)
    if payment.status not in {"pending", "failed"} or outcome.status in {payment.status, "pending"}:
        return payment
    payment.provider_reference = outcome.reference
    payment.failure_code = outcome.failure_code
    invoice = get_invoice(payment.invoice_id)
    if outcome.status == "succeeded":
        receive(payment, invoice, today_of(payment.customer_id))
        mail_receipt(payment, invoice)
    else:
        payment.status = "failed"
        mail_failure(payment, invoice)
    update(payment, f"payment.{outcome.status}")
    return payment
