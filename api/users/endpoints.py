"""Users; only the admin role has these scopes."""

from flask import current_app

from api import references
from api.answers import One, PageOf, Resource, created
from api.body import Patch
from api.endpoint import Endpoints
from api.patching import patched
from api.users.shapes import User as UserShape
from api.users.shapes import UserQuery
from billing.entrance.invite import add_user
from billing.pages import Page
from billing.users import errors, queries, save_user
from billing.users.inputs import UserInput, as_input
from billing.users.models import User
from billing.users.views import user_view

USER = Resource(UserShape, user_view, references=(references.CUSTOMER,))
READ, WRITE = "read:users", "write:users"
_CHANGE = (errors.UserNotFound, errors.EmailTaken, errors.LastAdmin)

LINK_TO = "duebill_link_to"

endpoints = Endpoints("Users", "Who signs in. For the role admin only.")
_patch = patched(queries.get_user, as_input, save_user.update_user)


@endpoints.get("/users", "List users", scope=READ, query=UserQuery, answer=PageOf(USER))
def list_users(query: UserQuery) -> Page:
    """Newest first."""
    return queries.list_users(**query.arguments())


@endpoints.post(
    "/users",
    "Create a user",
    scope=WRITE,
    body=(UserInput,),
    answer=created(USER),
    refusals=(errors.EmailTaken, errors.TooManyAttempts),
)
def create_user(body: UserInput) -> User:
    """A new user needs a password, or is `invited` by mail to choose one.

    One of role `customer` needs a `customer_id`.
    """
    return add_user(body, current_app.extensions[LINK_TO])


@endpoints.get(
    "/users/<user_id>",
    "Show a user",
    scope=READ,
    answer=One(USER),
    refusals=(errors.UserNotFound,),
)
def get_user(user_id: str) -> User:
    """Never with the password or its hash."""
    return queries.get_user(user_id)


@endpoints.put(
    "/users/<user_id>",
    "Replace a user",
    scope=WRITE,
    body=(UserInput,),
    answer=One(USER),
    revised=True,
    refusals=_CHANGE,
)
def update_user(user_id: str, body: UserInput, revision: int | None) -> User:
    """Without `password` the present one stays. A new role, status or password ends sign-ins."""
    return save_user.update_user(user_id, body, revision)


@endpoints.patch(
    "/users/<user_id>",
    "Change a user",
    scope=WRITE,
    patch=UserInput,
    answer=One(USER),
    revised=True,
    refusals=_CHANGE,
)
def patch_user(user_id: str, patch: Patch, revision: int | None) -> User:
    """A JSON Merge Patch (RFC 7396): what is left out stays, null removes."""
    changed: User = _patch(user_id, patch, revision)
    return changed
