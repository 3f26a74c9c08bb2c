"""Mail with a link that lets its reader in."""

from collections.abc import Callable

from billing.actors import current_actor
from billing.customers.models import Customer
from billing.events.journal import record
from billing.mail.outbox import queue_mail
from billing.phrases import Phrase
from billing.users.links import LIFETIMES, Purpose, new_link
from billing.users.models import User

LinkTo = Callable[[Purpose, str], str]
"""The address of the page where the token of a link is used, which only the portal knows."""

_KINDS: dict[Purpose, str] = {
    "password_reset": "password_reset",
    "sign_in": "sign_in_link",
    "invitation": "invitation",
}
_REASONS: dict[Purpose, Phrase] = {
    "password_reset": Phrase("To choose a new password"),
    "sign_in": Phrase("To sign in"),
    "invitation": Phrase("To accept the invitation"),
}


def send_link(user: User, purpose: Purpose, link_to: LinkTo) -> None:
    """Queue the mail with a fresh link, within a transaction. Raises what new_link raises."""
    lifetime = LIFETIMES[purpose]
    token = new_link(user.id, purpose, lifetime)
    minutes = int(lifetime.total_seconds()) // 60
    facts: dict[str, object] = {"name": user.name, "link": link_to(purpose, token)}
    customer = Customer.objects(id=user.customer_id).first() if user.customer_id else None
    if purpose == "invitation":
        facts |= {"hours": minutes // 60, **_invited_by(customer)}
    else:
        facts["minutes"] = minutes
    language = customer.preferences.locale if customer else "en"
    queue_mail(_KINDS[purpose], to=user.email, language=language, facts=facts, about=user.id)
    record(user, "user.link_sent", reason=_REASONS[purpose])


def _invited_by(customer: Customer | None) -> dict[str, object]:
    """Who invites, and to whose account where it is a customer's."""
    inviter = current_actor().name
    facts: dict[str, object] = {"inviter": inviter} if inviter else {}
    return {**facts, "account": customer.name} if customer else facts
