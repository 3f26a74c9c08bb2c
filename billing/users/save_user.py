"""Creating and changing users."""

from mongoengine.errors import NotUniqueError

from billing.actors import current_actor
from billing.database import database
from billing.errors import Invalid
from billing.events.journal import insert, update
from billing.search import search_terms
from billing.transactions import operation
from billing.users.alarms import password_refused
from billing.users.choosing import check_choice
from billing.users.errors import EmailTaken, InvalidCredentials, LastAdmin
from billing.users.families import revoke_all
from billing.users.inputs import ChangePassword, UserInput
from billing.users.links import end_links
from billing.users.models import User
from billing.users.passwords import hash_password, password_matches
from billing.users.queries import get_user
from billing.users.sessions import end_sessions_of
from billing.users.throttle import PASSWORDS


@operation
def create_user(data: UserInput) -> User:
    """A new account. Raises EmailTaken, and Invalid without a password unless they are invited."""
    if data.password is None and data.status != "invited":
        raise Invalid("A new user needs a password.", field="password")
    return add_user(User(), data)


def add_user(user: User, data: UserInput) -> User:
    """Store `user` with what is said of it; without a password none signs in as it."""
    _fill(user, data)
    try:
        insert(user, "user.created")
    except NotUniqueError as error:
        raise EmailTaken("A user with this email exists.", field="email") from error
    return user


@operation
def update_user(user_id: str, data: UserInput, expected_revision: int | None = None) -> User:
    """Replace what is known of a user; losing rights or the password ends their sign-ins.

    Raises UserNotFound, StaleRevision, EmailTaken and LastAdmin.
    """
    user = get_user(user_id)
    user.check_revision(expected_revision)
    if user.role == "admin" and (data.role != "admin" or data.status != "active"):
        _keep_an_admin(user)
    _check_invited(user, data)
    before, reached = (user.role, user.status, user.customer_id), (user.status, user.email)
    _fill(user, data)
    if before != (user.role, user.status, user.customer_id) or data.password:
        end_sign_ins(user)
    if reached != (user.status, user.email) or data.password:
        end_links(user.id)
    try:
        update(user, "user.updated")
    except NotUniqueError as error:
        raise EmailTaken("A user with this email exists.", field="email") from error
    return user


@operation
def change_password(user_id: str, data: ChangePassword) -> User:
    """Change one's own password, which ends all sign-ins.

    Raises InvalidCredentials, and TooManyAttempts after as many as a sign-in bears.
    """
    user, ip = get_user(user_id), current_actor().ip
    PASSWORDS.refuse(user.email, ip)
    if not password_matches(user.password_hash, data.current_password):
        password_refused(user, ip)
        raise InvalidCredentials("The current password is wrong.", field="current_password")
    check_choice(data.new_password, user, "new_password")
    user.password_hash = hash_password(data.new_password)
    end_sign_ins(user)
    end_links(user.id)
    update(user, "user.password_changed")
    return user


@operation
def end_sessions(user_id: str) -> User:
    """Sign a user out everywhere: sessions by their version, tokens by revocation."""
    user = get_user(user_id)
    end_sign_ins(user)
    update(user, "user.signed_out_everywhere")
    return user


def _fill(user: User, data: UserInput) -> None:
    user.email, user.name, user.role = data.email, data.name, data.role
    user.customer_id, user.status = data.customer_id, data.status
    user.customer_role = data.customer_role or user.customer_role
    user.search_terms = search_terms(data.name, data.email)
    if data.password:
        check_choice(data.password, user)
        user.password_hash = hash_password(data.password)


def end_sign_ins(user: User) -> None:
    """Raise the version of the sessions and revoke the tokens; the caller stores the user."""
    user.session_version += 1
    end_sessions_of(user.id)
    revoke_all(user.id)


def _check_invited(user: User, data: UserInput) -> None:
    """Who has a way to sign in cannot be invited, and who is invited needs one to be active."""
    has_a_way_in = user.password_hash is not None or user.is_linked
    if data.status == "invited" and has_a_way_in:
        raise Invalid("This user can sign in already and cannot be invited.", field="status")
    if user.is_invited and data.status == "active" and data.password is None and not has_a_way_in:
        raise Invalid("Give them a password, or leave them invited.", field="password")


def _keep_an_admin(user: User) -> None:
    if user.status != "active":
        return
    others = {"role": "admin", "status": "active", "_id": {"$ne": user.id}}
    # Written to, so that nobody demotes the one who stays before this transaction ends.
    if database().users.find_one_and_update(others, {"$inc": {"holds": 1}}) is None:
        raise LastAdmin("This is the only active admin; make somebody else one first.")
