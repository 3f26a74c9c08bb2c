"""The forms of the dunning board."""

from flask_babel import lazy_gettext as lazy
from wtforms import TextAreaField

from billing.dunning.inputs import PauseDunning
from portal.forms import DateField, InputForm

LABELS = (lazy("Until"),)
"""What only fields say that are not looked through for words, named so that it is translated."""


class PauseForm(InputForm):
    model = PauseDunning
    until = DateField("Until")
    reason = TextAreaField("Reason")
