"""The forms of the dunning board."""

from wtforms import TextAreaField

from billing.dunning.inputs import PauseDunning
from portal.forms import DateField, InputForm


class PauseForm(InputForm):
    model = PauseDunning
    until = DateField("Until")
    reason = TextAreaField("Reason")
