"""One's own account: password, language, signing out everywhere, light or dark."""

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from billing.oauth.access import access_of
from billing.users.check_code import recovery_codes_left
from billing.users.choose_language import choose_language
from billing.users.inputs import ChangePassword
from billing.users.models import User
from billing.users.permissions import SCOPES
from billing.users.save_user import change_password, end_sessions
from billing.users.sign_ins import end_sign_in, sign_ins_of, sign_out_elsewhere
from portal import sessions
from portal.access import own_path, page, public
from portal.answers import acted, done, form_page
from portal.forms import InputForm
from portal.languages.reader import speak_as_chosen
from portal.profile import confirm, second_factor
from portal.profile.forms import ChangePasswordForm, LanguageForm

blueprint = Blueprint("profile", __name__)
second_factor.add_to(blueprint)
confirm.add_to(blueprint)
_YEAR = 365 * 24 * 3600


@blueprint.route("/profile", methods=["GET", "POST"])
@page(audience="signed_in")
def index() -> ResponseReturnValue:
    """Changing the password ends all other sessions; this one goes on."""
    form = ChangePasswordForm()
    here = current_user.session
    if user := form.submit(_change):
        sessions.begin(user, here.how, is_by_provider=here.is_by_provider)
        return done("Your password is changed. All other sessions have ended.", url_for(".index"))
    user = current_user.user
    return form_page(
        "profile/index.html",
        form,
        language_form=LanguageForm(language=user.language or ""),
        user=user,
        access=access_of(user.id),
        meanings=SCOPES,
        sign_ins=sign_ins_of(user.id, here.id),
        codes_left=recovery_codes_left(user.id) if user.has_second_factor else 0,
    )


@blueprint.post("/profile/language")
@page(audience="signed_in")
def language() -> ResponseReturnValue:
    """One's own language, on every page from now on, this answer included."""
    form = LanguageForm()
    if not (user := form.submit(lambda data: choose_language(current_user.user.id, data))):
        abort(400)  # what the page does not offer
    current_user.user.language = user.language
    speak_as_chosen(user.language)
    return done(gettext("Your language is changed."), url_for(".index"))


def _change(data: ChangePassword) -> User:
    return change_password(current_user.user.id, data)


@blueprint.post("/profile/sign-out-everywhere")
@page(audience="signed_in")
def sign_out_everywhere() -> ResponseReturnValue:
    """Ends every session and token of this user, this one too."""
    form = InputForm()
    form.submit(lambda _: end_sessions(current_user.user.id))
    return acted("You are signed out everywhere.", url_for("auth.sign_in"), form)


@blueprint.post("/profile/sessions/<session_id>/end")
@page(audience="signed_in")
def end_one(session_id: str) -> ResponseReturnValue:
    """Sign out one other browser, or one sign-in at the API."""
    user, form = current_user.user, InputForm()
    form.submit(lambda _: end_sign_in(user, session_id))
    return acted("It is signed out.", url_for(".index", _anchor="sessions"), form)


@blueprint.post("/profile/sign-out-elsewhere")
@page(audience="signed_in")
def sign_out_others() -> ResponseReturnValue:
    """Ends all of this user's sessions and sign-ins at the API but this one."""
    here, form = current_user.session, InputForm()
    form.submit(lambda _: sign_out_elsewhere(here.user.id, here.id))
    return acted("You are signed out everywhere else.", url_for(".index", _anchor="sessions"), form)


@blueprint.post("/profile/theme")
@public
def choose_theme() -> ResponseReturnValue:
    """Remember light or dark for a year, in a cookie that the page's script may write too."""
    answer = redirect(own_path(request.form.get("next")) or "/", 303)
    theme = "dark" if request.form.get("theme") == "dark" else "light"
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie("theme", theme, max_age=_YEAR, samesite="Lax", secure=secure)
    return answer
