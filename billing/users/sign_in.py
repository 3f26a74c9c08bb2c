"""Checking an email and a password."""

from billing import clock
from billing.actors import Actor, acting_as
from billing.events.journal import record
from billing.phrases import Phrase
from billing.transactions import operation
from billing.users.alarms import sign_in_refused
from billing.users.check_code import check_code
from billing.users.errors import CodeRequired, InvalidCredentials, SecondFactorRequired
from billing.users.models import User
from billing.users.passwords import password_matches
from billing.users.permissions import OWN_ACCOUNT, scopes_of
from billing.users.throttle import PASSWORDS


def sign_in(
    email: str,
    password: str,
    ip: str | None = None,
    *,
    code: str | None = None,
    staff_need_code: bool = False,
) -> User:
    """The user these credentials belong to, who is signed in by them.

    `code` is of the second factor, which whoever has one is asked for; `staff_need_code` lets in
    no staff without one. Raises what check_password and check_code raise, CodeRequired and
    SecondFactorRequired.
    """
    user, how = check_password(email, password, ip), Phrase("By password")
    if user.has_second_factor:
        if not code:
            raise CodeRequired("Send the code of your second factor as well.", field="otp")
        how = with_code(how, check_code(user, code, ip))
    elif staff_need_code and user.is_staff:
        raise SecondFactorRequired("Set up a second factor in the portal first.")
    complete_sign_in(user, how, ip=ip)
    return user


def check_password(email: str, password: str, ip: str | None = None) -> User:
    """The user these credentials belong to.

    Raises InvalidCredentials (the same for every reason, after the same time), TooManyAttempts,
    and TooMany, which counts as no attempt, while many passwords are checked.
    """
    email = email.strip().lower()
    PASSWORDS.refuse(email, ip)
    user: User | None = User.objects(email=email).first()
    matches = password_matches(user.password_hash if user else None, password)
    if user is None or not matches or not user.is_active_account:
        sign_in_refused(user, email, _why(user, matches=matches), ip)
        raise InvalidCredentials("Email or password is wrong.")
    PASSWORDS.forget(email)
    return user


def _why(user: User | None, *, matches: bool) -> str:
    """For the log; who asks is told the same of each."""
    if user is None:
        return "no such account"
    return "account not active" if matches else "wrong password"


def with_code(how: Phrase, accepted: Phrase) -> Phrase:
    """How somebody signed in whose code was accepted as well."""
    return Phrase("%(how)s and %(code)s", how=how, code=accepted)


def complete_sign_in(
    user: User, how: Phrase, *, ip: str | None = None, request_id: str | None = None
) -> None:
    """Note, in the user's own name, that all that was asked of them was answered."""
    with acting_as(actor_for(user, ip=ip, request_id=request_id)):
        note_sign_in(user, how)


@operation
def note_sign_in(user: User, how: Phrase) -> None:
    """Remember that the user, who acts, has signed in, and `how`."""
    # Not an edit of the account: its revision stays, so an open form of it is not made stale.
    User.objects(id=user.id).update_one(set__last_login_at=clock.now())
    record(user, "user.signed_in", reason=how)


def actor_for(
    user: User, *, request_id: str | None = None, ip: str | None = None, family: str | None = None
) -> Actor:
    """The user as an actor, with what their role allows."""
    return Actor(
        type="user",
        id=user.id,
        name=user.name,
        role=user.role,
        scopes=scopes_of(user.role) | ({OWN_ACCOUNT} if user.is_owner else frozenset()),
        customer_id=user.customer_id,
        request_id=request_id,
        ip=ip,
        token_family=family,
    )
