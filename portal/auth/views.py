"""Signing in and out, and the one-time page that creates the first admin."""

from flask import Blueprint, abort, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from billing.phrases import Phrase
from billing.users.first_admin import complete_setup, setup_is_open
from billing.users.models import User
from billing.users.sign_in import check_password
from portal import sessions
from portal.access import public
from portal.answers import form_page
from portal.auth import entering, mailed, oidc
from portal.auth.attempts import count_attempt
from portal.auth.entering import landing, let_in
from portal.auth.forms import Credentials, FirstAdmin, SetupForm, SignInForm
from portal.auth.page import sign_in_page

blueprint = Blueprint("auth", __name__)
oidc.add_to(blueprint)
mailed.add_to(blueprint)
entering.add_to(blueprint)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Every failure looks alike; too many of them have to wait."""
    if current_user.is_authenticated:
        return redirect(landing(current_user.user), 303)
    form = SignInForm()
    if user := form.submit(_check):
        return let_in(user, Phrase("By password"), request.args.get("next"))
    return sign_in_page(form)


def _check(data: Credentials) -> User:
    count_attempt()
    return check_password(data.email, data.password, ip=request.remote_addr)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Ends this browser's session."""
    if current_user.is_authenticated:
        sessions.end()
    session.clear()
    flash(gettext("You are signed out."), "success")
    answer = redirect(url_for("auth.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'  # nothing is left for the next reader
    return answer


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@public
def setup(token: str) -> ResponseReturnValue:
    """Works once, for whoever has the link that the first start printed."""
    if not setup_is_open(token):
        abort(404)
    form = SetupForm()
    if user := form.submit(lambda data: _set_up(token, data)):
        sessions.begin(user, Phrase("By the set-up"))
        flash(gettext("Welcome. Create a plan first, then your customers."), "success")
        return redirect(url_for("dashboard.index"), 303)
    return form_page("auth/setup.html", form)


def _set_up(token: str, data: FirstAdmin) -> User:
    return complete_setup(token, data.name, data.email, data.password)
