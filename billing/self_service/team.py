"""The people of a customer: owners act for it, viewers look.

Who is removed can no longer sign in, and may be invited again.
"""

from billing.actors import current_actor, own_customer_id
from billing.customers.errors import CustomerNotFound
from billing.database import Row, database
from billing.errors import Conflict
from billing.users.errors import UserNotFound
from billing.users.models import VIEWER, User
from billing.users.permissions import OWN_ACCOUNT

MOST = 50


class LastOwner(Conflict):
    """Nobody would be left who can act for the customer."""

    code = "last_owner"


class TeamFull(Conflict):
    """A customer has so many people at most."""

    code = "team_full"


def team_of(customer_id: str) -> list[User]:
    """Those who sign in for the customer or are invited to, owners first, then by name."""
    found = User.objects(__raw__=_members(customer_id)).limit(2 * MOST)
    return sorted(found, key=lambda user: (not user.is_owner, user.name.casefold()))


def get_member(customer_id: str, user_id: str) -> User:
    """One of them. Raises UserNotFound."""
    found: User | None = User.objects(__raw__={**_members(customer_id), "_id": user_id}).first()
    if found is None:
        raise UserNotFound("There is no such person on the team.")
    return found


def hold_team(customer_id: str) -> None:
    """Nobody else changes the team, or deletes the customer, before this transaction ends.

    Two owners who remove each other at the same moment would otherwise leave none. A test clock's
    time is not adopted: people sign in by the real one. Raises ScopeMissing for who only looks,
    and CustomerNotFound.
    """
    if own_customer_id():
        current_actor().require(OWN_ACCOUNT)
    held = {"_id": own_customer_id() or customer_id, "deleted_at": None}
    if not database().customers.update_one(held, {"$inc": {"holds": 1}}).matched_count:
        raise CustomerNotFound("There is no such customer.")


def keep_an_owner(member: User) -> None:
    """Raises LastOwner when no other owner can sign in and `member` can."""
    if not (member.is_owner and member.is_active_account):
        return
    others = {
        **_members(member.customer_id),
        "_id": {"$ne": member.id},
        "status": "active",
        "customer_role": {"$ne": VIEWER},
    }
    if database().users.find_one(others, {"_id": 1}) is None:
        raise LastOwner("This is the only owner; make somebody else an owner first.")


def _members(customer_id: str) -> Row:
    """A customer's own actor finds its own people only."""
    own = own_customer_id() or customer_id
    return {"customer_id": own, "role": "customer", "status": {"$ne": "disabled"}}
