"""Forms about one's own account."""

from flask_babel import lazy_gettext as lazy
from wtforms import HiddenField, SelectField

from billing.users.inputs import ChangePassword, ChooseLanguage, Confirmation, SetUpSecondFactor
from portal.forms import InputForm, PasswordField, TextField, options
from portal.languages.catalogues import LANGUAGES


class ChangePasswordForm(InputForm):
    model = ChangePassword
    current_password = PasswordField("Current password")
    new_password = PasswordField("New password")


_NO_LANGUAGE = ("", lazy("As the browser asks"))


class LanguageForm(InputForm):
    model = ChooseLanguage
    language = SelectField("Language", choices=options([_NO_LANGUAGE, *LANGUAGES.items()]))


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
