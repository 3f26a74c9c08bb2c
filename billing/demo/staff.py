"""The people who work with the demo, and one customer's own user."""

from dataclasses import dataclass

from billing.actors import Actor
from billing.inputs import parse
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.save_user import create_user
from billing.users.sign_in import actor_for

_STAFF = {
    "admin": "Mara Lindqvist",
    "billing": "Jonas Weber",
    "support": "Priya Nair",
    "viewer": "Tom Okafor",
}


@dataclass(frozen=True, slots=True)
class Staff:
    """Who does what in the demo's past."""

    users: list[User]

    def actor(self, role: str) -> Actor:
        """The member of staff with this role, acting."""
        return actor_for(next(user for user in self.users if user.role == role))


def hire(password: str) -> Staff:
    """One user for each role of staff. Raises EmailTaken."""
    return Staff([_user(role, name, password) for role, name in _STAFF.items()])


def invite(customer_id: str, name: str, password: str) -> User:
    """A customer's own user."""
    return _user("customer", name, password, customer_id)


def _user(role: str, name: str, password: str, customer_id: str | None = None) -> User:
    values = {"email": demo_email(role), "name": name, "role": role, "password": password}
    return create_user(parse(UserInput, {**values, "customer_id": customer_id}))


def demo_email(role: str) -> str:
    """Where the demo's user with this role signs in; .example reaches nobody."""
    return f"{role}@demo.example"
