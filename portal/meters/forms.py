"""The meter forms. A key is given once."""

from typing import ClassVar

from flask_babel import lazy_gettext as lazy
from wtforms import SelectField

from billing.inputs import Input
from billing.usage.inputs import MeterChange, MeterInput
from portal.customers.forms import PairForm
from portal.forms import InputForm, RowsField, TextField, options

AGGREGATIONS = [
    ("sum", lazy("Sum: the values added up")),
    ("count", lazy("Count: how many events")),
    ("max", lazy("Maximum: the highest value")),
    ("last", lazy("Last: the latest value")),
    ("unique", lazy("Unique: how many different values")),
]


class MeterForm(InputForm):
    model: ClassVar[type[Input]] = MeterChange
    name = TextField("Name")
    aggregation = SelectField("Adds up as", choices=options(AGGREGATIONS))
    unit = TextField("Unit")
    metadata = RowsField(PairForm, "Metadata", pairs=True, min_entries=0)


class NewMeterForm(MeterForm):
    model = MeterInput
    key = TextField("Key")
