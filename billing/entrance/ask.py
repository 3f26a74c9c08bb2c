"""Asking for a link by mail: for a forgotten password, or to sign in without one.

Whoever asks learns nothing about who has an account: the answer is the same, and so is how long it
takes.
"""

import time
from typing import Literal

from billing.actors import current_actor
from billing.entrance.letters import LinkTo, send_link
from billing.transactions import in_transaction
from billing.users.links import can_be_sent
from billing.users.models import User
from billing.users.throttle import LINKS

Asked = Literal["password_reset", "sign_in"]

AT_LEAST_SECONDS = 0.25
"""As long as either answer takes. To write a mail takes a few milliseconds, to write none less."""


def ask_for_link(email: str, purpose: Asked, link_to: LinkTo) -> None:
    """Send a link to whoever has the account of this email; to the invited, their invitation.

    Raises TooManyAttempts, likewise for addresses without an account.
    """
    begun = time.monotonic()
    try:
        _send(email.strip().lower(), purpose, link_to)
    finally:
        time.sleep(max(0.0, begun + AT_LEAST_SECONDS - time.monotonic()))


def _send(email: str, purpose: Asked, link_to: LinkTo) -> None:
    user: User | None = User.objects(email=email).first()
    sent = "invitation" if user is not None and user.is_invited else purpose
    if user is not None and can_be_sent(user, sent):
        in_transaction(lambda: send_link(user, sent, link_to))
        return
    ip = current_actor().ip
    LINKS.refuse(email, ip)
    LINKS.count(email, ip)
