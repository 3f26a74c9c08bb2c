"""Forms about one's own account."""

from wtforms import HiddenField

from billing.users.inputs import ChangePassword, SetUpSecondFactor
from portal.forms import InputForm, PasswordField, TextField


class ChangePasswordForm(InputForm):
    model = ChangePassword
    current_password = PasswordField("Current password")
    new_password = PasswordField("New password")


class SetUpForm(InputForm):
    model = SetUpSecondFactor
    code = TextField("Code")
    offer = HiddenField()
