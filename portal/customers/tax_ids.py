"""Tax IDs: the kinds that people can choose, by the words for them."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import Form, SelectField

from portal.forms import TextField, options

_KINDS = {
    "eu_vat": lazy("EU VAT number"),
    "gb_vat": lazy("UK VAT number"),
    "ch_vat": lazy("Swiss VAT number"),
    "no_vat": lazy("Norwegian VAT number"),
    "us_ein": lazy("US EIN"),
    "ca_gst": lazy("Canadian GST/HST number"),
    "au_abn": lazy("Australian ABN"),
    "in_gst": lazy("Indian GST number"),
}


def kind_of(tax_id: Any) -> str:
    """What to call a customer's tax ID; programs may have given it a kind of their own."""
    return str(_KINDS.get(tax_id.type, tax_id.type))


class TaxIdForm(Form):
    type = SelectField("Kind")
    value = TextField("Number")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        other = {self.type.data: self.type.data} if self.type.data not in {None, *_KINDS} else {}
        self.type.choices = options({**_KINDS, **other}.items())
