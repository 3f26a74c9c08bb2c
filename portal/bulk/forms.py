"""The form that begins a bulk action."""

from billing.bulk.inputs import StartBulk
from portal.forms import InputForm, TextField


class StartForm(InputForm):
    model = StartBulk


class ReasonForm(StartForm):
    reason = TextField("Reason")
