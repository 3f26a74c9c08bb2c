"""The user form."""

from wtforms import SelectField

from billing.users.inputs import UserInput
from billing.users.permissions import ROLES
from portal.forms import InputForm, PasswordField, TextField, choices


class UserForm(InputForm):
    model = UserInput
    name = TextField("Name")
    email = TextField("Email")
    role = SelectField("Role", choices=choices(ROLES))
    customer_id = TextField("Customer ID")
    status = SelectField("Status", choices=choices(["active", "disabled", "invited"]))
    password = PasswordField("Password")
