"""A customer's credit: every entry, and adjusting it by hand."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy
from wtforms import SelectField

from billing.customers.adjust_credit import adjust_credit
from billing.customers.credit import list_credit_entries
from billing.customers.inputs import AdjustCredit
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.money import CURRENCIES
from portal.access import page
from portal.answers import done, form_page
from portal.forms import InputForm, MoneyField, TextField


class CreditForm(InputForm):
    model = AdjustCredit
    amount = MoneyField(lazy("Amount"))
    currency = SelectField("Currency")
    reason = TextField("Reason")

    def __init__(self, customer: Customer, **given: Any) -> None:
        super().__init__(**given)
        own = customer.preferences.currency
        self["currency"].choices = [own, *sorted(CURRENCIES - {own})]

    @property
    def amounts_in(self) -> str:
        """The currency that is chosen."""
        return self["currency"].data or "USD"


def add_to(blueprint: Blueprint) -> None:
    """Put the page on the feature's blueprint."""
    blueprint.add_url_rule("/<customer_id>/credit", "credit", credit, methods=["GET", "POST"])


@page("write:invoices")
def credit(customer_id: str) -> ResponseReturnValue:
    """Give credit, or take it back."""
    customer = get_customer(customer_id)
    form = CreditForm(customer, revision=customer.revision)
    if form.submit(lambda data: adjust_credit(customer_id, data, form.expected_revision)):
        return done("The credit was adjusted.", url_for(".detail", customer_id=customer_id))
    return form_page(
        "customers/credit.html",
        form,
        document=customer,
        customer=customer,
        entries=list_credit_entries(customer_id, limit=20).items,
    )
