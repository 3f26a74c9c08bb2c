"""The tax rate forms. What a rate charges is asked for once, when it is made."""

from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, SelectField

from billing.taxes.inputs import TaxRateInput
from portal.forms import DecimalField, InputForm, TextField, choices


class TaxRateForm(InputForm):
    model = TaxRateInput
    name = TextField("Name")
    country = TextField("Country code")
    state = TextField("State or region")
    status = SelectField("Status", choices=choices(["active", "archived"]))


class NewTaxRateForm(InputForm):
    model = TaxRateInput
    name = TextField("Name")
    percentage = DecimalField("Percentage", parted=False)
    inclusive = BooleanField(lazy("Prices contain this tax"))
    country = TextField("Country code")
    state = TextField("State or region")
