"""Paying an own invoice with a saved payment method."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.customers.queries import get_customer
from billing.errors import NotFound
from billing.invoices.errors import InvoiceNotPayable
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.payments.failures import failure
from billing.payments.methods import Method, charge_method, methods_of
from billing.payments.models import Payment
from billing.payments.queries import get_payment, has_payment_under_way
from billing.payments.source import has_charging_provider
from billing.phrases import Code
from billing.self_service.inputs import PayBy
from billing.seller import current_seller
from billing.users.permissions import OWN_ACCOUNT
from portal.access import page
from portal.account.forms import PayForm
from portal.answers import done, form_page
from portal.forms import options
from portal.languages.saying import said
from portal.values import money


def add_to(blueprint: Blueprint) -> None:
    """Put this page on the feature's blueprint."""
    blueprint.add_url_rule("/invoices/<invoice_id>/pay", "pay", pay, methods=["GET", "POST"])


@page(OWN_ACCOUNT, audience="customer")
def pay(invoice_id: str) -> ResponseReturnValue:
    """Say what is due, ask with which method, and let the provider take it."""
    invoice = get_invoice(invoice_id)
    methods = methods_of(get_customer(invoice.customer_id)) if has_charging_provider() else []
    form = _form(methods)

    def act(data: PayBy) -> Payment:
        return charge_method(invoice_id, data.method_id)

    if payment := form.submit(act, in_stages=True):
        return _answer(invoice, payment)
    if not invoice.is_payable:
        raise InvoiceNotPayable(
            "This invoice is %(status)s; nothing is to be paid.", status=Code(invoice.status)
        )
    return form_page(
        "account/pay.html",
        form,
        invoice=invoice,
        methods=methods,
        tried=_tried(invoice),
        is_under_way=has_payment_under_way(invoice_id),
        chargeable=has_charging_provider(),
        instructions=_instructions(invoice),
    )


def _form(methods: list[Method]) -> PayForm:
    form = PayForm(method_id=methods[0].id if methods else None)
    form.method_id.choices = options((each.id, each.label) for each in methods)
    return form


def _answer(invoice: Invoice, payment: Payment) -> ResponseReturnValue:
    """A refused payment leads back to where another method can be chosen."""
    amount = money(payment.amount, payment.currency)
    own = url_for("account.invoice", invoice_id=invoice.id)
    if payment.status == "failed":
        return redirect(url_for("account.pay", invoice_id=invoice.id, tried=payment.id), 303)
    if payment.status == "pending":
        flash(
            gettext(
                "%(amount)s was asked for. It takes a while until the answer comes.", amount=amount
            ),
            "success",
        )
        return redirect(own, 303)
    return done(gettext("%(amount)s is paid. Thank you.", amount=amount), own)


def _instructions(invoice: Invoice) -> str | None:
    """How the seller is paid otherwise: as the invoice says, or now where it says nothing."""
    said: str | None = (invoice.seller or {}).get("payment_instructions")
    return said or current_seller()["payment_instructions"]


def _tried(invoice: Invoice) -> str:
    """Why the payment that the address names did not work; empty where it names none."""
    try:
        payment = get_payment(request.args.get("tried", ""))
    except NotFound:
        return ""
    is_refused = payment.status == "failed" and payment.invoice_id == invoice.id
    return said(failure(payment.failure_code)) if is_refused else ""
