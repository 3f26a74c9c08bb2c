"""Finding users."""

from typing import Unpack

from billing.database import Row
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.search import matching
from billing.users.errors import UserNotFound
from billing.users.models import User

SORTS = {"created_at": "_id", "email": "email"}


def find_user(user_id: str) -> User | None:
    """The user, or None."""
    found: User | None = User.objects(id=user_id).first()
    return found


def get_user(user_id: str) -> User:
    """The user. Raises UserNotFound."""
    if (user := find_user(user_id)) is None:
        raise UserNotFound("There is no such user.")
    return user


def find_linked_user(issuer: str, subject: str) -> User | None:
    """The user as whom an identity at an OpenID provider signs in, or None."""
    found: User | None = User.objects(oidc_issuer=issuer, oidc_subject=subject).first()
    return found


def list_users(
    *,
    role: str | None = None,
    status: str | None = None,
    customer_id: str | None = None,
    email: str | None = None,
    q: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Users, newest first; `q` matches beginnings of words of name and email."""
    filters = {"role": role, "status": status, "customer_id": customer_id, "email": email}
    where: Row = {name: value for name, value in filters.items() if value is not None}
    if q:
        where |= matching(q)
    return paginate(
        "users",
        where,
        PageRequest(**page),
        sorts=SORTS,
        projection={"password_hash": 0, "search_terms": 0},
    )
