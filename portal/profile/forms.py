"""Forms about one's own account."""

from billing.users.inputs import ChangePassword
from portal.forms import InputForm, PasswordField


class ChangePasswordForm(InputForm):
    model = ChangePassword
    current_password = PasswordField("Current password")
    new_password = PasswordField("New password")
