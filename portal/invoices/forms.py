"""Forms about invoices. Amounts are typed in major units of the invoice's currency."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, Form, HiddenField, SelectField, TextAreaField

from billing.invoices.inputs import InvoiceInput, PayInvoice, SendInvoice, VoidInvoice
from billing.money import to_major
from portal.customers.forms import CURRENCY_CHOICES
from portal.forms import (
    DateField,
    InputForm,
    MoneyField,
    NumberField,
    RowsField,
    TextField,
    options,
)
from portal.tax_rates.fields import TaxRatesField

LABELS = (
    lazy("Unit price"),
    lazy("Taxes"),
    lazy("Due date"),
    lazy("Amount"),
    lazy("Date"),
)
"""What only fields say that are not looked through for words, named so that it is translated."""


class LineItemForm(Form):
    description = TextField("Description")
    quantity = NumberField("Quantity")
    unit_amount = MoneyField("Unit price", finer=True)
    tax_rate_ids = TaxRatesField("Taxes")


class InvoiceForm(InputForm):
    model = InvoiceInput
    customer_id = HiddenField("Customer")
    currency = SelectField("Currency", choices=CURRENCY_CHOICES)
    line_items = RowsField(LineItemForm, "Lines", min_entries=2)
    coupon = TextField("Coupon")
    due_date = DateField("Due date")
    purchase_order = TextField("Purchase order")
    notes = TextAreaField("Notes")
    draft = BooleanField("Draft")

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """Unit prices as they are typed."""
        currency = values["currency"] or "USD"
        lines = [
            {**line, "unit_amount": to_major(line["unit_amount"], currency)}
            for line in values["line_items"]
        ]
        return {**values, "line_items": lines}


_METHODS = options(
    [
        ("bank_transfer", lazy("Bank transfer")),
        ("card", lazy("Card")),
        ("cash", lazy("Cash")),
        ("check", lazy("Check")),
        ("other", lazy("Other")),
    ]
)


class PayForm(InputForm):
    model = PayInvoice
    amount = MoneyField("Amount")
    method = SelectField("Method", choices=_METHODS)
    paid_date = DateField("Date")
    reference = TextField("Reference")

    def __init__(self, *, currency: str, **given: Any) -> None:
        super().__init__(**given)
        self._currency = currency

    @property
    def amounts_in(self) -> str:
        """The invoice's."""
        return self._currency


class VoidForm(InputForm):
    model = VoidInvoice
    reason = TextAreaField("Reason")


class SendForm(InputForm):
    model = SendInvoice
    to = TextField("To")
