"""A draft is issued, an issued invoice sent."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.customers.queries import get_customer
from billing.errors import BillingError
from billing.invoices.finalize import finalize_invoice
from billing.invoices.models import Invoice
from billing.invoices.preview_invoice import preview_issue
from billing.invoices.queries import get_invoice
from billing.invoices.send_invoice import send_invoice
from portal.access import page
from portal.answers import confirm_page, done
from portal.forms import InputForm
from portal.invoices.forms import SendForm
from portal.invoices.naming import called, trail, url, whose
from portal.languages.saying import said
from portal.values import money


@page("write:invoices")
def finalize(invoice_id: str) -> ResponseReturnValue:
    """Ask once, then issue the draft."""
    invoice = get_invoice(invoice_id)
    form = InputForm(revision=invoice.revision)
    if issued := form.submit(lambda _: finalize_invoice(invoice_id, form.expected_revision)):
        return done(gettext("%(number)s was issued.", number=issued.number), url(invoice))
    return confirm_page(
        form,
        gettext("Issue this invoice?"),
        _outcome(invoice),
        gettext("It gets its number and today's date and can no longer be changed."),
        document=invoice,
        button=gettext("Issue invoice"),
        trail=trail(invoice),
    )


@page("write:invoices")
def send(invoice_id: str) -> ResponseReturnValue:
    """Ask once whereto, then put it into the outbox."""
    invoice = get_invoice(invoice_id)
    customer = get_customer(invoice.customer_id)
    form = SendForm(revision=invoice.revision, to=customer.email)
    if form.submit(lambda data: send_invoice(invoice_id, data, form.expected_revision)):
        told = gettext(
            "%(number)s is in the outbox and will be sent in a moment.", number=invoice.number
        )
        return done(told, url(invoice))
    return confirm_page(
        form,
        gettext("Send %(invoice)s?", invoice=called(invoice)),
        gettext(
            "%(name)s gets it by mail, with its PDF, in the language of their settings.",
            name=customer.name,
        ),
        document=invoice,
        button=gettext("Send invoice"),
        trail=trail(invoice),
    )


def _outcome(invoice: Invoice) -> str:
    """What issuing the draft will come to; or why it cannot be issued."""
    name = whose(invoice)
    try:
        row = preview_issue(invoice.id)
    except BillingError as refusal:
        return said(refusal.message)
    owed = money(row["amount_due"], invoice.currency)
    applied = money(abs(row["credit_applied"]), invoice.currency)
    if row["total"] < 0:
        told = gettext("%(name)s will gain a credit of %(credit)s.", name=name, credit=applied)
    elif row["credit_applied"]:
        told = gettext(
            "%(name)s will owe %(amount)s, after %(credit)s of credit.",
            name=name,
            amount=owed,
            credit=applied,
        )
    else:
        told = gettext("%(name)s will owe %(amount)s.", name=name, amount=owed)
    return str(told)
