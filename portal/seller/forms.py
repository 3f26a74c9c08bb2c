"""The forms of the settings."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import (
    BooleanField,
    FileField,
    Form,
    FormField,
    SelectField,
    StringField,
    TextAreaField,
)

from billing.seller.inputs import SettingsInput
from portal.customers.forms import AddressForm
from portal.forms import InputForm, NumberField, TextField, options
from portal.tax_rates.fields import TaxRatesField

_WORDS = (
    lazy("Bill everyone who is due by itself, once a day"),
    lazy("From this time on"),
    lazy("Remind on days"),
    lazy("Remind by itself, once a day"),
    lazy("Change seats"),
    lazy("Change to another plan that customers may choose"),
    lazy("Cancel at the end of the paid period, and take that back"),
    lazy("Go on after a pause"),
    lazy("Invoices of billing runs, with their PDF"),
    lazy("Receipts of payments"),
    lazy("Reminders, the final notice, and payments that failed"),
    lazy("Three days before a trial ends"),
    lazy("Default tax rates"),
    lazy("Picture"),
)
"""Of fields that `make translations` does not look into."""
_PRORATIONS = options(
    [
        ("create_prorations", lazy("Prorate on the next invoice")),
        ("always_invoice", lazy("Prorate and invoice at once")),
        ("none", lazy("No proration")),
    ]
)
_ENDINGS = options(
    [
        ("unpaid", lazy("Mark the subscription unpaid")),
        ("cancel", lazy("Cancel the subscription")),
        ("leave", lazy("Leave everything as it is")),
    ]
)
_RESETS = options([("yearly", lazy("Begin anew each year")), ("never", lazy("Count on for ever"))])


class DaysField(StringField):
    """Whole numbers in one line, `0, 3, 7`; kept as typed where they are none."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = [part.strip() for part in valuelist[0].split(",") if part.strip()]

    def _value(self) -> str:
        return ", ".join(str(day) for day in self.data or [])


class ChangeDefaultsForm(Form):
    upgrade = SelectField("Upgrade", choices=_PRORATIONS)
    downgrade = SelectField("Downgrade", choices=_PRORATIONS)
    cycle_change = SelectField("Change of billing cycle", choices=_PRORATIONS)
    quantity_up = SelectField("More seats", choices=_PRORATIONS)
    quantity_down = SelectField("Fewer seats", choices=_PRORATIONS)


class BillingRunForm(Form):
    automatic = BooleanField("Bill everyone who is due by itself, once a day")
    time = TextField("From this time on")


class DunningForm(Form):
    days = DaysField("Remind on days")
    final_action = SelectField(
        "At last",
        choices=_ENDINGS,
    )
    automatic = BooleanField("Remind by itself, once a day")


class SelfServiceForm(Form):
    change_quantity = BooleanField("Change seats")
    change_plan = BooleanField("Change to another plan that customers may choose")
    cancel = BooleanField("Cancel at the end of the paid period, and take that back")
    resume = BooleanField("Go on after a pause")


class MailsForm(Form):
    invoices = BooleanField("Invoices of billing runs, with their PDF")
    receipts = BooleanField("Receipts of payments")
    reminders = BooleanField("Reminders, the final notice, and payments that failed")
    trials = BooleanField("Three days before a trial ends")


class SettingsForm(InputForm):
    model = SettingsInput
    name = TextField("Name")
    tax_id = TextField("Tax ID")
    address = FormField(AddressForm, "Address")
    brand_color = TextField("Colour")
    payment_instructions = TextAreaField("How to pay")
    invoice_prefix = TextField("Invoices begin with")
    credit_note_prefix = TextField("Credit notes begin with")
    number_reset = SelectField("Numbering", choices=_RESETS)
    payment_terms_days = NumberField("Payment terms")
    timezone = TextField("Time zone")
    default_tax_rate_ids = TaxRatesField("Default tax rates")
    change_defaults = FormField(ChangeDefaultsForm, "Changes of subscriptions")
    billing_run = FormField(BillingRunForm, "Billing run")
    dunning = FormField(DunningForm, "Overdue invoices")
    self_service = FormField(SelfServiceForm, "What customers may do by themselves")
    mails = FormField(MailsForm, "Mails that go out by themselves")

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """An absent address is a blank one."""
        return {**values, "address": values["address"] or {}}


class LogoForm(InputForm):
    logo = FileField("Picture")

    def parse(self) -> bytes:
        """What was uploaded; nothing at all is no picture either."""
        return self.logo.data.read() if self.logo.data else b""
