"""The forms of saved views. What a view shows is in the form's address, and typed nowhere."""

from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField

from billing.saved_views.inputs import RenameView, ViewNaming
from portal.forms import InputForm, TextField


class ViewForm(InputForm):
    model = ViewNaming
    name = TextField("Name")
    is_default = BooleanField(lazy("Open the list with it"))


class SharingForm(ViewForm):
    """For who may share."""

    is_shared = BooleanField(lazy("Share it with all staff"))


class RenameForm(InputForm):
    model = RenameView
    name = TextField("Name")
