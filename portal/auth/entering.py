"""The last step of each way in."""

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.users.models import User
from billing.users.sign_in import complete_sign_in
from portal import sessions
from portal.access import own_path


def let_in(user: User, how: str, target: str | None = None) -> ResponseReturnValue:
    """Sign the user in, who showed who they are (`how`), and lead them on."""
    complete_sign_in(user, how, ip=request.remote_addr, request_id=g.get("request_id"))
    sessions.begin(user)
    return redirect(own_path(target) or landing(user), 303)


def landing(user: User) -> str:
    """Where a user's day begins."""
    return url_for("dashboard.index" if user.is_staff else "account.index")
