"""The customer form."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import Form, FormField, SelectField

from billing.customers.inputs import CustomerInput, NewCustomer
from billing.money import CURRENCIES
from portal.customers.tax_ids import TaxIdForm
from portal.forms import InputForm, NumberField, RowsField, TextField, choices, options
from portal.tax_rates.fields import TaxRatesField

COMMON_CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "INR")
CURRENCY_CHOICES = options(
    (code, code) for code in (*COMMON_CURRENCIES, *sorted(CURRENCIES - set(COMMON_CURRENCIES)))
)
_TAXES = options(
    [
        ("none", lazy("Taxed as usual")),
        ("exempt", lazy("Exempt")),
        ("reverse", lazy("Reverse charge")),
    ]
)


class AddressForm(Form):
    line1 = TextField("Street and number")
    line2 = TextField("Address line 2")
    postal_code = TextField("Postal code")
    city = TextField("City")
    state = TextField("State or region")
    country = TextField("Country code")


class PreferencesForm(Form):
    currency = SelectField("Currency", choices=CURRENCY_CHOICES)
    payment_terms_days = NumberField("Payment terms")
    locale = TextField("Language")
    timezone = TextField("Time zone")
    invoice_delivery = SelectField("Invoice delivery", choices=choices(["email", "none"]))


class PairForm(Form):
    key = TextField("Name")
    value = TextField("Value")


class ContactForm(Form):
    name = TextField("Name")
    email = TextField("Email", render_kw={"type": "email"})


class CustomerForm(InputForm):
    model = CustomerInput
    name = TextField("Name")
    email = TextField("Email")
    phone = TextField("Phone")
    external_id = TextField("External ID")
    status = SelectField("Status", choices=choices(["active", "suspended"]))
    address = FormField(AddressForm, "Address")
    billing_address = FormField(AddressForm, "Billing address")
    preferences = FormField(PreferencesForm, "Billing")
    tax_exempt = SelectField(
        "Tax",
        choices=_TAXES,
    )
    tax_rate_ids = TaxRatesField(lazy("Tax rates"))
    contacts = RowsField(ContactForm, "Copies of invoices", min_entries=0)
    tax_ids = RowsField(TaxIdForm, "Tax IDs", min_entries=0)
    metadata = RowsField(PairForm, "Metadata", pairs=True, min_entries=0)

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """An absent address is a blank one."""
        return {
            **values,
            "address": values["address"] or {},
            "billing_address": values["billing_address"] or {},
        }


class NewCustomerForm(CustomerForm):
    """Also says on which test clock the customer lives; asked for only where there is one."""

    model = NewCustomer
    test_clock_id = SelectField("Test clock")

    def offer_clocks(self, clocks: list[tuple[str, str]]) -> None:
        """Each a pair of id and name."""
        if clocks:
            self.test_clock_id.choices = options([("", lazy("None: a real customer")), *clocks])
        else:
            del self.test_clock_id
