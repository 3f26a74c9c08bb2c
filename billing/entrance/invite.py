"""Inviting people: they are sent a link, and choose their password themselves."""

from billing.entrance.letters import LinkTo, send_link
from billing.transactions import operation
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.queries import get_user
from billing.users.save_user import create_user


@operation
def add_user(data: UserInput, link_to: LinkTo) -> User:
    """A new account; who is `invited` is sent the invitation.

    Raises EmailTaken, Invalid without a password for an active account, and TooManyAttempts.
    """
    user = create_user(data)
    if user.is_invited:
        send_link(user, "invitation", link_to)
    return user


@operation
def send_invitation(user_id: str, link_to: LinkTo) -> User:
    """Invite somebody once more, by a link that ends the one before.

    Raises UserNotFound, LinkNotPossible once they have accepted, and TooManyAttempts.
    """
    user = get_user(user_id)
    send_link(user, "invitation", link_to)
    return user
