"""Forms about payments."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import SelectField, TextAreaField

from billing.payments.inputs import RefundInput
from billing.payments.source import PaymentSource
from portal.forms import InputForm, MoneyField, TextField, choices

LABELS = (lazy("Amount"),)
"""What only fields say that are not looked through for words, named so that it is translated."""


class RefundForm(InputForm):
    model = RefundInput
    amount = MoneyField("Amount")
    reason = TextAreaField("Reason")

    def __init__(self, *, currency: str, **given: Any) -> None:
        super().__init__(**given)
        self._currency = currency

    @property
    def amounts_in(self) -> str:
        """The payment's."""
        return self._currency


class SourceForm(InputForm):
    model = PaymentSource
    provider = SelectField("Provider", choices=choices(["fake"]))
    token = TextField("Token")
