"""Payments: list, detail, refund."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, pgettext
from flask_babel import lazy_gettext as lazy

from billing.customers.queries import customer_names, get_customer
from billing.invoices.queries import get_invoice, invoice_numbers
from billing.money import to_major
from billing.payments.inputs import RefundInput
from billing.payments.models import Payment
from billing.payments.queries import get_payment, refunds_of
from billing.payments.refund import refund_payment
from portal.access import page
from portal.answers import confirm_page, done, timeline
from portal.listing import respond
from portal.lists.export import add_export
from portal.payments import charging
from portal.payments.forms import RefundForm
from portal.payments.listed import PAYMENTS
from portal.values import money

blueprint = Blueprint("payments", __name__, url_prefix="/payments")
charging.add_to(blueprint)
add_export(blueprint, PAYMENTS)
STATUSES = [
    ("", lazy("All")),
    ("succeeded", lazy("Succeeded")),
    ("pending", lazy("Pending")),
    ("failed", lazy("Failed")),
    ("partially_refunded", lazy("Partly refunded")),
    ("refunded", lazy("Refunded")),
]


@blueprint.get("")
@page("read:invoices")
def index() -> ResponseReturnValue:
    """Search and filter payments."""
    found = PAYMENTS.page()
    return respond(
        "payments/index.html",
        "payments/_results.html",
        found,
        statuses=STATUSES,
        customers=customer_names([row["customer_id"] for row in found.items]),
        numbers=invoice_numbers([row["invoice_id"] for row in found.items]),
    )


@blueprint.get("/<payment_id>")
@page("read:invoices")
def detail(payment_id: str) -> ResponseReturnValue:
    """What came in, what went back, and what it was for."""
    payment = get_payment(payment_id)
    return render_template(
        "payments/detail.html",
        payment=payment,
        refunds=refunds_of([payment_id]).get(payment_id, []),
        invoice=get_invoice(payment.invoice_id),
        customer=get_customer(payment.customer_id),
        events=timeline(object_id=payment_id),
    )


@blueprint.route("/<payment_id>/refund", methods=["GET", "POST"])
@page("write:invoices")
def refund(payment_id: str) -> ResponseReturnValue:
    """Pay back all that is left of it, or a part."""
    payment = get_payment(payment_id)
    own = url_for(".detail", payment_id=payment_id)
    form = _form(payment)

    def save(data: RefundInput) -> Payment:
        return refund_payment(payment_id, data, form.expected_revision)

    if after := form.submit(save, in_stages=True):
        return done(_said(after), own)
    name = get_customer(payment.customer_id).name
    return confirm_page(
        form,
        gettext("Refund this payment?"),
        gettext(
            "Up to %(amount)s goes back to %(name)s.",
            amount=money(payment.refundable, payment.currency),
            name=name,
        ),
        gettext(
            "The invoice stays as it is. To take back what it claims as well, credit the invoice "
            "instead: the credit note refunds by itself."
        ),
        document=payment,
        button=pgettext("act", "Refund"),
        trail=[(gettext("Payments"), url_for(".index")), (gettext("Payment"), own)],
        hints={"amount": gettext("In %(currency)s.", currency=payment.currency)},
        danger=True,
    )


def _form(payment: Payment) -> RefundForm:
    """Filled with all that is left."""
    return RefundForm(
        currency=payment.currency,
        revision=payment.revision,
        amount=to_major(payment.refundable, payment.currency),
    )


def _said(payment: Payment) -> str:
    """What became of its newest refund."""
    refund = refunds_of([payment.id])[payment.id][-1]
    if refund["status"] == "failed":
        return str(gettext("The provider refused the refund; nothing went back."))
    amount = money(refund["amount"], payment.currency)
    return str(gettext("%(amount)s goes back.", amount=amount))
