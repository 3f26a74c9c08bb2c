"""Showing once more who one is, before what could take an account over."""

from billing.database import database
from billing.events.journal import record
from billing.transactions import operation
from billing.users.alarms import password_refused
from billing.users.check_code import check_code
from billing.users.errors import InvalidCredentials
from billing.users.inputs import Confirmation
from billing.users.passwords import password_matches
from billing.users.sessions import Session
from billing.users.throttle import PASSWORDS


def confirm_session(session: Session, data: Confirmation, ip: str | None = None) -> bool:
    """Note that the user of this session is who they say, by their password or, without one, a
    code of their second factor.

    Raises InvalidCredentials, and what check_code raises; both are throttled as sign-ins are.
    """
    user = session.user
    if user.password_hash is None:
        check_code(user, data.secret, ip)
    else:
        PASSWORDS.refuse(user.email, ip)
        if not password_matches(user.password_hash, data.secret):
            password_refused(user, ip)
            raise InvalidCredentials("The password is wrong.", field="secret")
        PASSWORDS.forget(user.email)
    _note(session)
    return True


@operation
def _note(session: Session) -> None:
    database().sessions.update_one({"_id": session.id}, [{"$set": {"confirmed_at": "$$NOW"}}])
    record(session.user, "user.confirmed")
