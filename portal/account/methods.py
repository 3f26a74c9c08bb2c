"""The payment methods that I have saved."""

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.actors import own_customer_id
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.payments.methods import (
    add_method,
    get_method,
    methods_of,
    remove_method,
    set_default_method,
)
from billing.payments.source import PaymentSource, has_charging_provider
from billing.self_service.inputs import SaveCard
from billing.users.permissions import OWN_ACCOUNT
from portal.access import page
from portal.account.forms import MethodForm
from portal.answers import confirm_page, done, form_page
from portal.forms import InputForm
from portal.languages.saying import said

_PATH = "/payment-methods"


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    blueprint.add_url_rule(_PATH, "methods", index)
    blueprint.add_url_rule(f"{_PATH}/new", "add_method", add, methods=["GET", "POST"])
    one = f"{_PATH}/<method_id>"
    blueprint.add_url_rule(f"{one}/default", "default_method", prefer, methods=["POST"])
    blueprint.add_url_rule(f"{one}/remove", "remove_method", remove, methods=["GET", "POST"])


@page("read:customers", audience="customer")
def index() -> ResponseReturnValue:
    """All of them, the default first."""
    return _listed(InputForm(revision=_own().revision))


@page(OWN_ACCOUNT, audience="customer")
def add() -> ResponseReturnValue:
    """Save one; whoever came to pay an invoice goes on with that."""
    own, invoice_id = _own(), request.args.get("invoice", "")
    form = MethodForm(token="fake_ok")  # noqa: S106  (a card of the provider for trials)

    def save(data: SaveCard) -> Customer:
        return add_method(own.id, PaymentSource(token=data.token))

    if form.submit(save):
        onward = url_for("account.pay", invoice_id=invoice_id) if invoice_id else _index()
        return done(gettext("The payment method is saved."), onward)
    return form_page("account/add_method.html", form, back=_index())


@page(OWN_ACCOUNT, audience="customer")
def prefer(method_id: str) -> ResponseReturnValue:
    """Make it the default."""
    own, form = _own(), InputForm()
    method = get_method(own, method_id)
    if form.submit(lambda _: set_default_method(own.id, method_id, form.expected_revision)):
        return done(gettext("%(method)s is the default now.", method=said(method.label)), _index())
    return _listed(form)


@page(OWN_ACCOUNT, audience="customer")
def remove(method_id: str) -> ResponseReturnValue:
    """Ask once, then forget it."""
    own = _own()
    form = InputForm(revision=own.revision)
    if form.submit(lambda _: remove_method(own.id, method_id, form.expected_revision)):
        return done(gettext("The payment method is removed."), _index())
    method = get_method(own, method_id)
    after = (
        gettext("Nothing is charged by itself any more: pay each invoice yourself.")
        if method.is_default
        else gettext("The default stays as it is.")
    )
    return confirm_page(
        form,
        gettext("Remove %(name)s?", name=said(method.label)),
        after,
        document=own,
        button=gettext("Remove"),
        trail=[(gettext("Payment methods"), _index())],
        danger=True,
    )


def _listed(form: InputForm) -> ResponseReturnValue:
    own = _own()
    return form_page("account/methods.html", form, document=own, methods=methods_of(own))


def _own() -> Customer:
    """Mine; where no provider is set up, there are no such pages."""
    return get_customer((has_charging_provider() and own_customer_id()) or abort(404))


def _index() -> str:
    return url_for("account.methods")
