"""What becomes of an invoice: issue a draft, send it, record a payment, void, give up."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.customers.queries import get_customer
from billing.errors import BillingError
from billing.invoices.finalize import finalize_invoice
from billing.invoices.models import Invoice
from billing.invoices.preview_invoice import preview_issue
from billing.invoices.queries import get_invoice
from billing.invoices.send_invoice import send_invoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.money import to_major
from billing.payments.pay_invoice import pay_invoice
from billing.payments.receive import today_of
from portal.access import page
from portal.answers import confirm_page, done
from portal.forms import InputForm
from portal.invoices.forms import PayForm, SendForm, VoidForm
from portal.languages.saying import said
from portal.values import date_text, money


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    views = {
        "finalize": finalize,
        "send": send,
        "pay": pay,
        "void": void,
        "uncollectible": give_up,
    }
    for name, view in views.items():
        blueprint.add_url_rule(f"/<invoice_id>/{name}", name, view, methods=["GET", "POST"])


@page("write:invoices")
def finalize(invoice_id: str) -> ResponseReturnValue:
    """Ask once, then issue the draft."""
    invoice = get_invoice(invoice_id)
    form = InputForm(revision=invoice.revision)
    if issued := form.submit(lambda _: finalize_invoice(invoice_id, form.expected_revision)):
        return done(gettext("%(number)s was issued.", number=issued.number), _url(invoice))
    return confirm_page(
        form,
        gettext("Issue this invoice?"),
        _outcome(invoice),
        gettext("It gets its number and today's date and can no longer be changed."),
        document=invoice,
        button=gettext("Issue invoice"),
        trail=_trail(invoice),
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
        return done(told, _url(invoice))
    return confirm_page(
        form,
        gettext("Send %(invoice)s?", invoice=_called(invoice)),
        gettext(
            "%(name)s gets it by mail, with its PDF, in the language of their settings.",
            name=customer.name,
        ),
        document=invoice,
        button=gettext("Send invoice"),
        trail=_trail(invoice),
    )


@page("write:invoices")
def pay(invoice_id: str) -> ResponseReturnValue:
    """Record money that came in, all that is due or a part."""
    invoice = get_invoice(invoice_id)
    form = _pay_form(invoice)
    if paid := form.submit(lambda data: pay_invoice(invoice_id, data, form.expected_revision)):
        return done(_settled(paid), _url(invoice))
    return confirm_page(
        form,
        gettext("Record a payment"),
        gettext("%(amount)s is due from %(name)s.", amount=_due(invoice), name=_whose(invoice)),
        document=invoice,
        button=gettext("Record payment"),
        trail=_trail(invoice),
        hints=_pay_hints(invoice),
    )


@page("write:invoices")
def void(invoice_id: str) -> ResponseReturnValue:
    """Ask once why, then void it."""
    invoice = get_invoice(invoice_id)
    form = VoidForm(revision=invoice.revision)
    if form.submit(lambda data: void_invoice(invoice_id, data, form.expected_revision)):
        return done(gettext("%(number)s is void.", number=invoice.number), _url(invoice))
    return confirm_page(
        form,
        gettext("Void %(invoice)s?", invoice=_called(invoice)),
        gettext(
            "%(name)s will no longer owe %(amount)s.",
            name=_whose(invoice),
            amount=_due(invoice),
        ),
        gettext("The invoice keeps its number and stays in the list. This cannot be taken back."),
        document=invoice,
        button=gettext("Void invoice"),
        trail=_trail(invoice),
        danger=True,
    )


@page("write:invoices")
def give_up(invoice_id: str) -> ResponseReturnValue:
    """Ask once, then mark it uncollectible."""
    invoice = get_invoice(invoice_id)
    form = InputForm(revision=invoice.revision)
    if form.submit(lambda _: mark_uncollectible(invoice_id, form.expected_revision)):
        return done(
            gettext("%(number)s is marked uncollectible.", number=invoice.number), _url(invoice)
        )
    return confirm_page(
        form,
        gettext("Give up %(invoice)s?", invoice=_called(invoice)),
        gettext(
            "You no longer expect %(amount)s from %(name)s, due %(day)s.",
            amount=_due(invoice),
            name=_whose(invoice),
            day=date_text(invoice.due_date),
        ),
        gettext("A payment can still be recorded if it comes after all."),
        document=invoice,
        button=gettext("Mark uncollectible"),
        trail=_trail(invoice),
        danger=True,
    )


def _outcome(invoice: Invoice) -> str:
    """What issuing the draft will come to; or why it cannot be issued."""
    whose = _whose(invoice)
    try:
        row = preview_issue(invoice.id)
    except BillingError as refusal:
        return said(refusal.message)
    due = money(row["amount_due"], invoice.currency)
    applied = money(abs(row["credit_applied"]), invoice.currency)
    if row["total"] < 0:
        told = gettext("%(name)s will gain a credit of %(credit)s.", name=whose, credit=applied)
    elif row["credit_applied"]:
        told = gettext(
            "%(name)s will owe %(amount)s, after %(credit)s of credit.",
            name=whose,
            amount=due,
            credit=applied,
        )
    else:
        told = gettext("%(name)s will owe %(amount)s.", name=whose, amount=due)
    return str(told)


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


def _called(invoice: Invoice) -> str:
    return str(invoice.number or gettext("this invoice"))


def _due(invoice: Invoice) -> str:
    return money(invoice.amount_due, invoice.currency)


def _whose(invoice: Invoice) -> str:
    return str(get_customer(invoice.customer_id).name)


def _settled(invoice: Invoice) -> str:
    if invoice.amount_due == 0:
        return str(gettext("%(number)s is paid.", number=invoice.number))
    return str(gettext("Recorded. %(amount)s is still due.", amount=_due(invoice)))


def _url(invoice: Invoice) -> str:
    return url_for("invoices.detail", invoice_id=invoice.id)


def _trail(invoice: Invoice) -> list[tuple[str, str]]:
    return [
        (gettext("Invoices"), url_for("invoices.index")),
        (invoice.number or gettext("Draft"), _url(invoice)),
    ]
