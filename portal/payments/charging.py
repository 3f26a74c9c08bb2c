"""Charging a customer's own source, and saying what that is."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.invoices.queries import get_invoice
from billing.payments.failures import failure
from billing.payments.models import Payment
from billing.payments.source import PaymentSource, charge_source, set_payment_source
from portal.access import page
from portal.answers import confirm_page, done
from portal.forms import InputForm
from portal.languages.saying import said
from portal.payments.forms import SourceForm
from portal.values import money, words


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    rules = {
        "/charge/<invoice_id>": ("charge", charge),
        "/source/<customer_id>": ("source", source),
        "/source/<customer_id>/forget": ("forget", forget),
    }
    for path, (name, view) in rules.items():
        blueprint.add_url_rule(path, name, view, methods=["GET", "POST"])


@page("write:invoices")
def charge(invoice_id: str) -> ResponseReturnValue:
    """Ask once, then let the provider take what is due."""
    invoice = get_invoice(invoice_id)
    own = url_for("invoices.detail", invoice_id=invoice_id)
    form = InputForm()
    if payment := form.submit(lambda _: charge_source(invoice_id), in_stages=True):
        return done(_said(payment), url_for("payments.detail", payment_id=payment.id))
    customer = get_customer(invoice.customer_id)
    due = money(invoice.amount_due, invoice.currency)
    return confirm_page(
        form,
        gettext("Charge %(amount)s?", amount=due),
        gettext(
            "%(name)s pays %(amount)s for %(invoice)s by %(provider)s.",
            name=customer.name,
            amount=due,
            invoice=invoice.number or gettext("this invoice"),
            provider=_of(customer),
        ),
        button=gettext("Charge"),
        trail=[
            (gettext("Invoices"), url_for("invoices.index")),
            (invoice.number or gettext("Draft"), own),
        ],
    )


@page("write:invoices")
def source(customer_id: str) -> ResponseReturnValue:
    """Whom the provider may charge for this customer."""
    customer = get_customer(customer_id)
    current = PaymentSource(**customer.payment_source) if customer.payment_source else None
    form = SourceForm(current, revision=customer.revision)

    def save(data: PaymentSource) -> object:
        return set_payment_source(customer_id, data, form.expected_revision)

    if form.submit(save):
        return done("The payment source is saved.", _own(customer))
    return confirm_page(
        form,
        gettext("Payment source"),
        gettext(
            "When an invoice of %(name)s is overdue, it is charged to this source each time "
            "that it is reminded of.",
            name=customer.name,
        ),
        document=customer,
        button=gettext("Save"),
        trail=_trail(customer),
        hints={
            "token": gettext(
                "Of the fake provider: fake_ok, fake_decline, fake_timeout, fake_late."
            )
        },
    )


@page("write:invoices")
def forget(customer_id: str) -> ResponseReturnValue:
    """Ask once, then charge nobody any more."""
    customer = get_customer(customer_id)
    form = InputForm(revision=customer.revision)
    if form.submit(lambda _: set_payment_source(customer_id, None, form.expected_revision)):
        return done("Nothing is charged by itself any more.", _own(customer))
    return confirm_page(
        form,
        gettext("Forget the payment source?"),
        gettext(
            "Overdue invoices of %(name)s are no longer charged by %(provider)s.",
            name=customer.name,
            provider=_of(customer),
        ),
        document=customer,
        button=gettext("Forget"),
        trail=_trail(customer),
        danger=True,
    )


def _said(payment: Payment) -> str:
    amount = money(payment.amount, payment.currency)
    if payment.status == "failed":
        reason = said(failure(payment.failure_code))
        return str(gettext("The provider refused it: %(reason)s.", reason=reason))
    if payment.status == "pending":
        asked = gettext(
            "The provider was asked for %(amount)s and has not answered yet.", amount=amount
        )
        return str(asked)
    return str(gettext("%(amount)s was paid.", amount=amount))


def _of(customer: Customer) -> str:
    provider = (customer.payment_source or {}).get("provider")
    return words(provider) if provider else str(gettext("no provider"))


def _own(customer: Customer) -> str:
    return url_for("customers.detail", customer_id=customer.id)


def _trail(customer: Customer) -> list[tuple[str, str]]:
    return [(gettext("Customers"), url_for("customers.index")), (customer.name, _own(customer))]
