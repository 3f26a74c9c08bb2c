"""How an empty installation gets its first admin."""

import secrets
from hashlib import sha256

from billing.database import database
from billing.errors import Invalid
from billing.inputs import parse
from billing.settings import Settings, SettingsError
from billing.transactions import operation
from billing.users.errors import EmailTaken, SetupLinkSpent
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.save_user import create_user

_FIRST = "first_admin"


def ensure_first_admin(settings: Settings) -> str | None:
    """Make the admin that the environment names, or return a fresh one-time set-up token.

    None once there is an admin; each call without one makes a new token and voids the last.
    """
    if _has_admin():
        return None
    if settings.admin_email and settings.admin_password:
        _create_named_admin(settings.admin_email, settings.admin_password)
        return None
    token = secrets.token_urlsafe(24)
    database().setup_links.replace_one(
        {"_id": _FIRST}, {"_id": _FIRST, "hash": _hash(token)}, upsert=True
    )
    return token


def setup_is_open(token: str) -> bool:
    """Whether this set-up link can still be used: it is the latest, and there is no admin yet."""
    link = database().setup_links.find_one({"_id": _FIRST, "hash": _hash(token)})
    return link is not None and not _has_admin()


@operation
def complete_setup(token: str, name: str, email: str, password: str) -> User:
    """Create the first admin and spend the link. Raises SetupLinkSpent, and Invalid by field."""
    data = {"name": name, "email": email, "password": password, "role": "admin"}
    spent = database().setup_links.delete_one({"_id": _FIRST, "hash": _hash(token)})
    if not spent.deleted_count or _has_admin():
        raise SetupLinkSpent("This set-up link was already used or is not the latest one.")
    return create_user(parse(UserInput, data))


def _has_admin() -> bool:
    return User.objects(role="admin").only("id").first() is not None


def _create_named_admin(email: str, password: str) -> None:
    data = {"name": "Administrator", "email": email, "password": password, "role": "admin"}
    try:
        create_user(parse(UserInput, data))
    except EmailTaken:
        if not _has_admin():  # else another process that starts now was faster
            raise
    except Invalid as error:
        raise SettingsError(f"ADMIN_PASSWORD {error.errors[0].message}.") from None


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
