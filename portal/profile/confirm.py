"""Asking for the password once more, before what is sensitive."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from billing.users.confirm import confirm_session
from billing.users.inputs import Confirmation
from portal.access import own_path, page
from portal.answers import form_page
from portal.auth.attempts import count_attempt
from portal.profile.forms import ConfirmForm


def add_to(blueprint: Blueprint) -> None:
    """Put the page on the feature's blueprint."""
    blueprint.add_url_rule("/profile/confirm", "confirm", confirm, methods=["GET", "POST"])


@page(audience="signed_in")
def confirm() -> ResponseReturnValue:
    """Ask who is there, and lead on to where they were going."""
    by_password = current_user.user.password_hash is not None
    form = ConfirmForm(by_password=by_password)
    target = own_path(request.args.get("next")) or url_for(".index")
    if form.submit(_check):
        return redirect(target, 303)
    return form_page("profile/confirm.html", form, target=target, by_password=by_password)


def _check(data: Confirmation) -> bool:
    count_attempt()
    return confirm_session(current_user.session, data, request.remote_addr)
