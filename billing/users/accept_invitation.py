"""Accepting an invitation: whom an admin or a customer's owner invited becomes a user."""

from billing.actors import acting_as, current_actor
from billing.events.journal import update
from billing.search import search_terms
from billing.transactions import operation
from billing.users.choosing import check_choice
from billing.users.inputs import AcceptInvitation
from billing.users.links import spend_link
from billing.users.models import User
from billing.users.passwords import hash_password
from billing.users.sign_in import actor_for


@operation
def accept_invitation(token: str, data: AcceptInvitation) -> User:
    """The user, who can sign in from now on; the link is spent. Raises LinkSpent."""
    user = spend_link(token, "invitation")
    user.name = data.name
    check_choice(data.password, user)
    user.password_hash = hash_password(data.password)
    user.search_terms = search_terms(user.name, user.email)
    user.status = "active"
    asking = current_actor()
    with acting_as(actor_for(user, request_id=asking.request_id, ip=asking.ip)):
        update(user, "user.joined")
    return user
