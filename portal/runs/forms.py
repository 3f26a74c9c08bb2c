"""The form that asks for a billing run."""

from flask_babel import lazy_gettext as lazy

from billing.runs.inputs import RunBilling
from portal.forms import DateField, InputForm

LABELS = (lazy("Bill everything due by"),)
"""What only fields say that are not looked through for words, named so that it is translated."""


class RunForm(InputForm):
    model = RunBilling
    as_of_date = DateField("Bill everything due by")
