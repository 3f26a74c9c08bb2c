"""Choosing a new password by a link, for who forgot the old one."""

from billing.actors import acting_as, current_actor
from billing.events.journal import update
from billing.phrases import Phrase
from billing.transactions import operation
from billing.users.choosing import check_choice
from billing.users.inputs import NewPassword
from billing.users.links import end_links, spend_link
from billing.users.models import User
from billing.users.passwords import hash_password
from billing.users.save_user import end_sign_ins
from billing.users.sign_in import actor_for
from billing.users.throttle import PASSWORDS


@operation
def reset_password(token: str, data: NewPassword) -> User:
    """The user, whose sign-ins and links have all ended. Raises LinkSpent.

    A second factor stays: reading somebody's mail is one thing, having their phone another.
    """
    user = spend_link(token, "password_reset")
    check_choice(data.new_password, user, "new_password")
    user.password_hash = hash_password(data.new_password)
    end_sign_ins(user)
    end_links(user.id)
    PASSWORDS.forget(user.email)  # who guessed in vain must not keep out whom it belongs to
    asking = current_actor()
    with acting_as(actor_for(user, request_id=asking.request_id, ip=asking.ip)):
        update(user, "user.password_changed", reason=Phrase("By a link sent by mail"))
    return user
