"""What failed around an account, for the audit trail; it stays though all else is undone."""

from billing.actors import acting_as, current_actor
from billing.events.journal import record
from billing.security_log import security_event
from billing.transactions import outside_transaction
from billing.users.models import User
from billing.users.throttle import PASSWORDS


def code_refused(user: User) -> None:
    """A code of the second factor was wrong. There are few of them: they are throttled."""
    security_event("code.refused", user_id=user.id)
    _record(user, "user.code_refused")


def password_refused(user: User, ip: str | None) -> None:
    """Whoever is signed in as this user gave a wrong password, which counts as a failed sign-in."""
    PASSWORDS.fail(user.email, ip)
    security_event("password.refused", user_id=user.id, ip=ip)
    _record(user, "user.password_refused")


def sign_in_refused(user: User | None, email: str, reason: str, ip: str | None) -> None:
    """A sign-in failed, which counts. The trail tells of it once the account has to wait.

    Each failure in the trail would take longer for an account that exists than for one that does
    not, and so tell strangers which do.
    """
    has_to_wait = PASSWORDS.fail(email, ip)
    security_event("sign_in.refused", reason=reason, user_id=user and user.id, ip=ip)
    if user is not None and has_to_wait:
        _record(user, "user.sign_in_blocked")


def _record(user: User, event: str) -> None:
    """In the name of whoever asks, who need not be the user."""
    asking = current_actor()

    def write() -> None:
        with acting_as(asking):
            record(user, event)

    outside_transaction(write)
