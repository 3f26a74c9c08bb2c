"""Paying money back: the refund is stored, the provider is asked, its answer is written down."""

from billing.customers.credit import CreditInsufficient, add_credit
from billing.database import Row
from billing.events.journal import insert, update
from billing.idempotency.in_stages import begun, note_begun
from billing.money import Money
from billing.payments.errors import PaymentNotRefundable, RefundOutOfRange
from billing.payments.inputs import RefundInput
from billing.payments.models import Payment, Refund, applied_left
from billing.payments.queries import get_payment, refunds_of
from billing.payments.receive import today_of
from billing.payments.settle_refund import send_refund
from billing.phrases import Code
from billing.transactions import operation


def refund_payment(
    payment_id: str, data: RefundInput | None = None, expected_revision: int | None = None
) -> Payment:
    """Pay back all that is left of a payment, or a part; the payment as it stands then.

    The invoice stays as it is: take back what it claims with a credit note. What had become
    credit goes back last and is taken from the credit. Raises PaymentNotFound, StaleRevision,
    PaymentNotRefundable and RefundOutOfRange.
    """
    send_refund(begun() or _begin(payment_id, data or RefundInput(), expected_revision))
    return get_payment(payment_id)


@operation
def _begin(payment_id: str, data: RefundInput, expected_revision: int | None) -> str:
    payment = get_payment(payment_id)
    payment.check_revision(expected_revision)
    if not payment.is_refundable:
        raise PaymentNotRefundable(
            "This payment is %(status)s; nothing can be refunded.",
            status=Code(payment.status.replace("_", " ")),
        )
    amount = payment.refundable if data.amount is None else data.amount
    if amount > payment.refundable:
        raise RefundOutOfRange(
            "Only %(left)s is left; refund no more.",
            left=Money(payment.refundable, payment.currency),
            field="amount",
        )
    refund_id = str(start_refund(payment, amount, reason=data.reason).id)
    note_begun(refund_id)
    return refund_id


def start_refund(
    payment: Payment, amount: int, *, reason: str | None = None, credit_note_id: str | None = None
) -> Refund:
    """Store a refund that the provider is still to be asked for; its amount is set aside.

    To be called inside a transaction.
    """
    before = refunds_of([payment.id]).get(payment.id, [])
    refund = Refund(
        payment_id=payment.id,
        invoice_id=payment.invoice_id,
        customer_id=payment.customer_id,
        credit_note_id=credit_note_id,
        amount=amount,
        from_credit=max(amount - applied_left(payment.row(), before), 0),
        currency=payment.currency,
        provider=payment.provider,
        reason=reason,
        refund_date=today_of(payment.customer_id),
    )
    if refund.from_credit:
        _take_credit(refund)
    payment.refunded_amount += amount
    payment.status = (
        "partially_refunded" if payment.refunded_amount < payment.amount else "refunded"
    )
    insert(refund, "refund.started")
    update(payment, f"payment.{payment.status}", reason=reason)
    return refund


def plan_refunds(payments: list[Row], refunds: list[Row], amount: int) -> list[tuple[str, int]]:
    """Pure: which payments (rows, oldest first) pay back `amount`, the newest first; `refunds` are
    those that were made of them."""
    plan = []
    for payment in reversed(payments):
        part = min(amount, applied_left(payment, refunds))
        if part:
            plan.append((payment["_id"], part))
            amount -= part
    return plan


def _take_credit(refund: Refund) -> None:
    try:
        add_credit(
            refund.customer_id,
            refund.currency,
            -refund.from_credit,
            reason="refund",
            payment_id=refund.payment_id,
        )
    except CreditInsufficient as error:
        raise RefundOutOfRange(
            "%(amount)s of it became credit that the customer has used; refund less.",
            amount=Money(refund.from_credit, refund.currency),
            field="amount",
        ) from error
