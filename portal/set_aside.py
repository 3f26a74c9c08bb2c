"""A sensitive form that was open for too long: what was typed is there again once its reader has
shown who they are. It is sent by nobody but them.
"""

import re

from flask import flash, g, request
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from billing.users.set_aside import set_aside, take_up
from portal.repeats.act import FIELD

# Nothing that lets anybody in is kept, not even sealed; nor what belongs to one showing of a form.
_UNKEPT = re.compile(rf"password|secret|token|^code$|^{FIELD}$", re.IGNORECASE)


def keep_typed() -> None:
    """Keep what was sent to the present page, for when its form is shown again."""
    if request.method == "POST":
        sent = request.form.items(multi=True)
        typed = [(name, value) for name, value in sent if not _UNKEPT.search(name)]
        set_aside(current_user.session, request.full_path, typed)


def find_typed() -> None:
    """Have the present page's form filled with what was kept of it, and say so."""
    if request.method == "GET" and (found := take_up(current_user.session, request.full_path)):
        g.typed = MultiDict(found)
        flash(gettext("What you had typed is here again. Nothing of it is saved yet."), "warning")


def typed_before() -> MultiDict[str, str] | None:
    """What fills the present page's form."""
    found: MultiDict[str, str] | None = g.get("typed")
    return found
