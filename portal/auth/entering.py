"""The last steps of each way in."""

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from billing.phrases import Phrase
from billing.users.check_code import check_code, recovery_codes_left
from billing.users.inputs import Code
from billing.users.models import User
from billing.users.sign_in import complete_sign_in, with_code
from portal import sessions
from portal.access import own_path, public
from portal.answers import form_page
from portal.auth.attempts import count_attempt
from portal.auth.forms import CodeForm
from portal.auth.waiting import wait_for_code, who_waits


def add_to(blueprint: Blueprint) -> None:
    """Put the page on the feature's blueprint."""
    blueprint.add_url_rule("/sign-in/code", "code", code, methods=["GET", "POST"])


def let_in(user: User, how: Phrase, target: str | None = None) -> ResponseReturnValue:
    """Go on with a user who showed who they are (`how`): to the second factor, if there is one."""
    if user.has_second_factor:
        wait_for_code(user, how)
        return redirect(url_for("auth.code", next=own_path(target)), 303)
    return enter(user, how, target)


def enter(user: User, how: Phrase, target: str | None = None) -> ResponseReturnValue:
    """Sign the user in, who answered all that was asked, and lead them on."""
    complete_sign_in(user, how, ip=request.remote_addr, request_id=g.get("request_id"))
    sessions.begin(user, how)
    return redirect(own_path(target) or landing(user), 303)


@public
def code() -> ResponseReturnValue:
    """Ask for the code of the second factor."""
    waiting = who_waits()
    if waiting is None:
        flash(
            gettext("That took too long, or was begun in another browser. Begin again."), "warning"
        )
        return redirect(url_for("auth.sign_in", next=own_path(request.args.get("next"))), 303)
    user, how = waiting
    form = CodeForm()
    if accepted := form.submit(lambda data: _check(user, data)):
        answer = enter(user, with_code(how, accepted), request.args.get("next"))
        if "recovery" in accepted:
            left = recovery_codes_left(user.id)
            flash(
                ngettext(
                    "You have %(num)s recovery code left. Make new ones in your account.",
                    "You have %(num)s recovery codes left. Make new ones in your account.",
                    left,
                ),
                "warning",
            )
        return answer
    return form_page("auth/code.html", form)


def _check(user: User, data: Code) -> Phrase:
    count_attempt()
    return check_code(user, data.code, ip=request.remote_addr)


def landing(user: User) -> str:
    """Where a user's day begins."""
    return url_for("dashboard.index" if user.is_staff else "account.index")
