"""Who is signed in: a signed cookie that names a user and the version of their sessions."""

from typing import Any

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, login_user

from billing.actors import Actor
from billing.users.models import User
from billing.users.queries import find_user
from billing.users.sign_in import actor_for
from portal.programs import is_for_programs


class Logins(LoginManager):  # type: ignore[misc]
    """Flask-Login without its cookie that outlives a session: nobody is remembered here, so no
    answer has to be looked through for it."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


login_manager = Logins()


class SignedIn(UserMixin):  # type: ignore[misc]
    """A user as Flask-Login wants one. The session ends when `session_version` rises."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        return f"{self.user.id}:{self.user.session_version}"

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
    user_id, _, version = session_id.partition(":")
    user = find_user(user_id)
    if user is None or not user.is_active_account or version != str(user.session_version):
        return None
    return SignedIn(user)


def begin(user: User) -> None:
    """Sign `user` in with a fresh session."""
    begin_anew()
    session.permanent = True
    login_user(SignedIn(user))


def begin_anew() -> None:
    """A fresh session, in which nobody is signed in: all but what is to be said is gone."""
    kept: Any = session.get("_flashes")
    session.clear()
    if kept:
        session["_flashes"] = kept
