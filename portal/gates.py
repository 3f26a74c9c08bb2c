"""What a reader who is signed in has to do before a page is shown to them."""

from datetime import timedelta

from flask import current_app, request
from flask_login import current_user

from billing.settings import Settings
from billing.users.sessions import Session

CONFIRMED_FOR = timedelta(minutes=15)
_SET_UP, _CONFIRM = "profile.set_up", "profile.confirm"


def comes_first(*, is_sensitive: bool) -> str | None:
    """The endpoint of the page that comes before the present one; None where nothing does."""
    if request.endpoint == _CONFIRM:
        return None
    if request.endpoint != _SET_UP and _lacks_second_factor():
        return _SET_UP
    return _CONFIRM if is_sensitive and must_confirm() else None


def must_confirm() -> bool:
    """Whether the reader has not shown who they are of late.

    Whom a sign-in provider alone lets in has nothing to show here: the provider answers for them.
    """
    session: Session = current_user.session
    user = session.user
    can_show = user.password_hash is not None or user.has_second_factor
    return can_show and session.now - session.confirmed_at > CONFIRMED_FOR


def _lacks_second_factor() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    session: Session = current_user.session
    is_exempt = session.is_by_provider or not session.user.is_staff
    return (
        settings.staff_need_second_factor and not is_exempt and not session.user.has_second_factor
    )
