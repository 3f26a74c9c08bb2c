"""Forms for getting in."""

from typing import Annotated

from pydantic import Field

from billing.inputs import Input, Name
from billing.users.inputs import AcceptInvitation, Code, Email, NewPassword, Password
from portal.forms import InputForm, PasswordField, TextField


class Credentials(Input):
    """An email and a password, whatever they are: only the sign-in judges them."""

    email: Annotated[str, Field(max_length=254)]
    password: Annotated[str, Field(max_length=1024, repr=False)]


class SignInForm(InputForm):
    model = Credentials
    email = TextField("Email")
    password = PasswordField("Password")


class FirstAdmin(Input):
    """The first account of an installation."""

    name: Name
    email: Email
    password: Password


class SetupForm(InputForm):
    model = FirstAdmin
    name = TextField("Your name")
    email = TextField("Email")
    password = PasswordField("Password")


class Ask(Input):
    """Whose mailbox a link is to be sent to."""

    email: Email


class AskForm(InputForm):
    model = Ask
    email = TextField("Email")


class NewPasswordForm(InputForm):
    model = NewPassword
    new_password = PasswordField("New password")


class AcceptForm(InputForm):
    model = AcceptInvitation
    name = TextField("Your name")
    password = PasswordField("Password")


class CodeForm(InputForm):
    model = Code
    code = TextField("Code")
