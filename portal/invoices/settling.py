"""What becomes of an invoice: issue a draft, send it, record a payment, void, give up."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

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
from portal.template_helpers import date_text, money


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
        return done(f"{issued.number} was issued.", _url(invoice))
    return confirm_page(
        form,
        "Issue this invoice?",
        _outcome(invoice),
        "It gets its number and today's date and can no longer be changed.",
        document=invoice,
        button="Issue invoice",
        trail=_trail(invoice),
    )


@page("write:invoices")
def send(invoice_id: str) -> ResponseReturnValue:
    """Ask once whereto, then put it into the outbox."""
    invoice = get_invoice(invoice_id)
    customer = get_customer(invoice.customer_id)
    form = SendForm(revision=invoice.revision, to=customer.email)
    if form.submit(lambda data: send_invoice(invoice_id, data, form.expected_revision)):
        return done(
            f"{invoice.number} is in the outbox and will be sent in a moment.", _url(invoice)
        )
    return confirm_page(
        form,
        f"Send {invoice.number or 'this invoice'}?",
        f"{customer.name} gets it by mail, with its PDF, in the language of their settings.",
        document=invoice,
        button="Send invoice",
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
        "Record a payment",
        f"{money(invoice.amount_due, invoice.currency)} is due from {_whose(invoice)}.",
        document=invoice,
        button="Record payment",
        trail=_trail(invoice),
        hints=_pay_hints(invoice),
    )


@page("write:invoices")
def void(invoice_id: str) -> ResponseReturnValue:
    """Ask once why, then void it."""
    invoice = get_invoice(invoice_id)
    form = VoidForm(revision=invoice.revision)
    if form.submit(lambda data: void_invoice(invoice_id, data, form.expected_revision)):
        return done(f"{invoice.number} is void.", _url(invoice))
    return confirm_page(
        form,
        f"Void {invoice.number or 'this invoice'}?",
        f"{_whose(invoice)} will no longer owe {money(invoice.amount_due, invoice.currency)}.",
        "The invoice keeps its number and stays in the list. This cannot be taken back.",
        document=invoice,
        button="Void invoice",
        trail=_trail(invoice),
        danger=True,
    )


@page("write:invoices")
def give_up(invoice_id: str) -> ResponseReturnValue:
    """Ask once, then mark it uncollectible."""
    invoice = get_invoice(invoice_id)
    form = InputForm(revision=invoice.revision)
    if form.submit(lambda _: mark_uncollectible(invoice_id, form.expected_revision)):
        return done(f"{invoice.number} is marked uncollectible.", _url(invoice))
    due = money(invoice.amount_due, invoice.currency)
    return confirm_page(
        form,
        f"Give up {invoice.number or 'this invoice'}?",
        f"You no longer expect {due} from {_whose(invoice)}, due {date_text(invoice.due_date)}.",
        "A payment can still be recorded if it comes after all.",
        document=invoice,
        button="Mark uncollectible",
        trail=_trail(invoice),
        danger=True,
    )


def _outcome(invoice: Invoice) -> str:
    """What issuing the draft will come to; or why it cannot be issued."""
    whose = _whose(invoice)
    try:
        row = preview_issue(invoice.id)
    except BillingError as refusal:
        return refusal.message
    due, applied = row["amount_due"], row["credit_applied"]
    if row["total"] < 0:
        return f"{whose} will gain a credit of {money(-applied, invoice.currency)}."
    owed = f"{whose} will owe {money(due, invoice.currency)}"
    return f"{owed}, after {money(applied, invoice.currency)} of credit." if applied else f"{owed}."


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
        "amount": f"In {invoice.currency}. Less leaves the rest open; more becomes credit.",
        "reference": "Such as the number on the bank statement.",
    }


def _whose(invoice: Invoice) -> str:
    return str(get_customer(invoice.customer_id).name)


def _settled(invoice: Invoice) -> str:
    if invoice.amount_due == 0:
        return f"{invoice.number} is paid."
    return f"Recorded. {money(invoice.amount_due, invoice.currency)} is still due."


def _url(invoice: Invoice) -> str:
    return url_for("invoices.detail", invoice_id=invoice.id)


def _trail(invoice: Invoice) -> list[tuple[str, str]]:
    return [("Invoices", url_for("invoices.index")), (invoice.number or "Draft", _url(invoice))]
