"""The form that asks for a billing run."""

from billing.runs.inputs import RunBilling
from portal.forms import DateField, InputForm


class RunForm(InputForm):
    model = RunBilling
    as_of_date = DateField("Bill everything due by")
