"""Forms about one's own account."""

from wtforms import HiddenField

from billing.users.inputs import ChangePassword, Confirmation, SetUpSecondFactor
from portal.forms import InputForm, PasswordField, TextField


class ChangePasswordForm(InputForm):
    model = ChangePassword
    current_password = PasswordField("Current password")
    new_password = PasswordField("New password")


class SetUpForm(InputForm):
    model = SetUpSecondFactor
    code = TextField("Code")
    offer = HiddenField()


class ConfirmForm(InputForm):
    model = Confirmation
    secret = PasswordField("Password")

    def __init__(self, *, by_password: bool) -> None:
        super().__init__()
        if not by_password:
            self.secret.label.text = "Code"
