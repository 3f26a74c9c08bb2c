"""How an empty installation gets its first admin."""

import secrets
from hashlib import sha256

from billing.database import database, operation
from billing.settings import Settings
from billing.users.errors import SetupLinkSpent
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.save_user import create_user

_FIRST = "first_admin"


def ensure_first_admin(settings: Settings) -> str | None:
    """Make the admin that the environment names, or return a fresh one-time set-up token.

    None once there is an admin; each call without one makes a new token and voids the last.
    """
    if User.objects(role="admin").only("id").first():
        return None
    if settings.admin_email and settings.admin_password:
        data = {"email": settings.admin_email, "password": settings.admin_password}
        create_user(UserInput(name="Administrator", role="admin", **data))
        return None
    token = secrets.token_urlsafe(24)
    database().setup_links.replace_one(
        {"_id": _FIRST}, {"_id": _FIRST, "hash": _hash(token)}, upsert=True
    )
    return token


def setup_is_open(token: str) -> bool:
    """Whether this set-up link can still be used."""
    return database().setup_links.find_one({"_id": _FIRST, "hash": _hash(token)}) is not None


@operation
def complete_setup(token: str, name: str, email: str, password: str) -> User:
    """Create the first admin and spend the link. Raises SetupLinkSpent."""
    spent = database().setup_links.delete_one({"_id": _FIRST, "hash": _hash(token)})
    if not spent.deleted_count:
        raise SetupLinkSpent("This set-up link was already used or is not the latest one.")
    return create_user(UserInput(name=name, email=email, password=password, role="admin"))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
