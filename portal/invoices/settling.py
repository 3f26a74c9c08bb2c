"""What becomes of an invoice: a payment is recorded, it is void, or it is given up."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.money import to_major
from billing.payments.pay_invoice import pay_invoice
from billing.payments.receive import today_of
from portal.access import page
from portal.answers import confirm_page, done
from portal.forms import InputForm
from portal.invoices.forms import PayForm, VoidForm
from portal.invoices.naming import called, due, trail, url, whose
from portal.values import date_text


@page("write:invoices")
def pay(invoice_id: str) -> ResponseReturnValue:
    """Record money that came in, all that is due or a part."""
    invoice = get_invoice(invoice_id)
    form = _pay_form(invoice)
    if paid := form.submit(lambda data: pay_invoice(invoice_id, data, form.expected_revision)):
        return done(_settled(paid), url(invoice))
    return confirm_page(
        form,
        gettext("Record a payment"),
        gettext("%(amount)s is due from %(name)s.", amount=due(invoice), name=whose(invoice)),
        document=invoice,
        button=gettext("Record payment"),
        trail=trail(invoice),
        hints=_pay_hints(invoice),
    )


@page("write:invoices")
def void(invoice_id: str) -> ResponseReturnValue:
    """Ask once why, then void it."""
    invoice = get_invoice(invoice_id)
    form = VoidForm(revision=invoice.revision)
    if form.submit(lambda data: void_invoice(invoice_id, data, form.expected_revision)):
        return done(gettext("%(number)s is void.", number=invoice.number), url(invoice))
    return confirm_page(
        form,
        gettext("Void %(invoice)s?", invoice=called(invoice)),
        gettext(
            "%(name)s will no longer owe %(amount)s.",
            name=whose(invoice),
            amount=due(invoice),
        ),
        gettext("The invoice keeps its number and stays in the list. This cannot be taken back."),
        document=invoice,
        button=gettext("Void invoice"),
        trail=trail(invoice),
        danger=True,
    )


@page("write:invoices")
def give_up(invoice_id: str) -> ResponseReturnValue:
    """Ask once, then mark it uncollectible."""
    invoice = get_invoice(invoice_id)
    form = InputForm(revision=invoice.revision)
    if form.submit(lambda _: mark_uncollectible(invoice_id, form.expected_revision)):
        return done(
            gettext("%(number)s is marked uncollectible.", number=invoice.number), url(invoice)
        )
    return confirm_page(
        form,
        gettext("Give up %(invoice)s?", invoice=called(invoice)),
        gettext(
            "You no longer expect %(amount)s from %(name)s, due %(day)s.",
            amount=due(invoice),
            name=whose(invoice),
            day=date_text(invoice.due_date),
        ),
        gettext("A payment can still be recorded if it comes after all."),
        document=invoice,
        button=gettext("Mark uncollectible"),
        trail=trail(invoice),
        danger=True,
    )


def _pay_form(invoice: Invoice) -> PayForm:
    """Filled with what is most likely: all of it, today."""
    return PayForm(
        currency=invoice.currency,
        revision=invoice.revision,
        amount=to_major(invoice.amount_due, invoice.currency),
        paid_date=today_of(invoice.customer_id).isoformat(),
    )


def _pay_hints(invoice: Invoice) -> dict[str, str]:
    return {
        "amount": gettext(
            "In %(currency)s. Less leaves the rest open; more becomes credit.",
            currency=invoice.currency,
        ),
        "reference": gettext("Such as the number on the bank statement."),
    }


def _settled(invoice: Invoice) -> str:
    if invoice.amount_due == 0:
        return str(gettext("%(number)s is paid.", number=invoice.number))
    return str(gettext("Recorded. %(amount)s is still due.", amount=due(invoice)))
