"""Forms: they bind what was typed to billing's input models and have no rule of their own."""

from portal.forms.base import PREVIEW, InputForm, Nothing
from portal.forms.fields import (
    BoxesField,
    DateField,
    DecimalField,
    MoneyField,
    NumberField,
    PasswordField,
    RowsField,
    TextField,
    choices,
    options,
)

__all__ = [
    "PREVIEW",
    "BoxesField",
    "DateField",
    "DecimalField",
    "InputForm",
    "MoneyField",
    "Nothing",
    "NumberField",
    "PasswordField",
    "RowsField",
    "TextField",
    "choices",
    "options",
]
