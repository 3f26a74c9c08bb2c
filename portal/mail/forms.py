"""The form of a wording."""

from wtforms import TextAreaField

from billing.letters.inputs import WordingInput
from portal.forms import InputForm, TextField


class WordingForm(InputForm):
    model = WordingInput
    subject = TextField("Subject")
    body = TextAreaField("Text")
    button = TextField("Button")
