"""Who is signed in: a signed cookie that names a session, which the database knows."""

from contextlib import suppress
from typing import Any

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from billing.actors import Actor
from billing.phrases import Phrase
from billing.users.devices import device_of
from billing.users.errors import SessionNotFound
from billing.users.models import User
from billing.users.sessions import Session, begin_session, end_session, find_session
from billing.users.sign_in import actor_for
from portal.languages.reader import speak_as_chosen
from portal.programs import is_for_programs


class Logins(LoginManager):  # type: ignore[misc]
    """Flask-Login without its cookie that outlives a session: nobody is remembered here, so no
    answer has to be looked through for it."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


login_manager = Logins()


class SignedIn(UserMixin):  # type: ignore[misc]
    """A user in a session, as Flask-Login wants one."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def user(self) -> User:
        return self.session.user

    def get_id(self) -> str:
        return self.session.id

    @property
    def is_active(self) -> bool:
        return self.user.is_active_account

    @property
    def is_staff(self) -> bool:
        return self.user.is_staff

    @property
    def actor(self) -> Actor:
        """This user, acting in the present request."""
        return actor_for(self.user, request_id=g.get("request_id"), ip=request.remote_addr)


class PageSessions(SecureCookieSessionInterface):
    """Sessions for pages; the API never looks at a cookie and never sets one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None makes the session of an API request an empty one that cannot be written."""
        return None if is_for_programs(request.path) else super().open_session(app, request)


def init_app(app: Flask) -> None:
    """Load the user of each request that asks for one."""
    app.session_interface = PageSessions()
    login_manager.init_app(app)
    login_manager.user_loader(_load)


def _load(session_id: str) -> SignedIn | None:
    found = find_session(session_id, request.remote_addr)
    return SignedIn(found) if found else None


def begin(user: User, how: Phrase, *, is_by_provider: bool = False) -> None:
    """Sign `user` in with a fresh session; whoever was signed in here before is so no more."""
    if current_user.is_authenticated:
        end()
    begin_anew()
    session.permanent = True
    device = device_of(request.headers.get("User-Agent", ""))
    id_ = begin_session(
        user, how, device=device, ip=request.remote_addr, is_by_provider=is_by_provider
    )
    if begun := _load(id_):  # unless the user was signed out everywhere meanwhile
        login_user(begun)
        if user.language:
            speak_as_chosen(user.language)


def end() -> None:
    """End the session of this browser."""
    with suppress(SessionNotFound):  # it ended at the same moment
        end_session(current_user.user, current_user.session.id)
    logout_user()


def begin_anew() -> None:
    """A fresh session, in which nobody is signed in: all but what is to be said is gone."""
    kept: Any = session.get("_flashes")
    session.clear()
    if kept:
        session["_flashes"] = kept
