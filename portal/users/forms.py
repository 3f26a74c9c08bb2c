"""The user form."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import SelectField

from billing.users.inputs import UserInput
from billing.users.permissions import ROLES
from portal.forms import InputForm, PasswordField, TextField, choices, options

_STANDINGS = options(
    [
        ("", lazy("As it is")),
        ("owner", lazy("Owner: acts")),
        ("viewer", lazy("Viewer: looks")),
    ]
)


class UserForm(InputForm):
    model = UserInput
    name = TextField("Name")
    email = TextField("Email")
    role = SelectField("Role", choices=choices(ROLES))
    customer_id = TextField("Customer ID")
    customer_role = SelectField("On the customer's pages", choices=_STANDINGS)
    status = SelectField("Status")
    password = PasswordField("Password")

    def __init__(self, current: UserInput | None = None, **given: Any) -> None:
        super().__init__(current, **given)
        is_invited = current is not None and current.status == "invited"
        self.status.choices = choices(["active", "disabled", *(["invited"] * is_invited)])


class NewUserForm(UserForm):
    """Who is given no password is invited to choose one."""

    def meant(self, values: dict[str, Any]) -> dict[str, Any]:
        is_invited = values["status"] == "active" and not values["password"]
        return {**values, "status": "invited"} if is_invited else values
