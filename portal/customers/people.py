"""Inviting the first people of a customer, who then invite others themselves."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.customers.queries import get_customer
from billing.self_service.change_team import InviteMember, invite_member
from billing.users.models import User
from portal.access import page
from portal.account.forms import InviteForm
from portal.answers import confirm_page, done
from portal.auth.mailed import link_to


def add_to(blueprint: Blueprint) -> None:
    """Put this page on the feature's blueprint."""
    blueprint.add_url_rule("/<customer_id>/invite", "invite", invite, methods=["GET", "POST"])


@page("write:customers", is_sensitive=True)
def invite(customer_id: str) -> ResponseReturnValue:
    """Send somebody a link to the customer's own pages."""
    customer = get_customer(customer_id)
    own = url_for("customers.detail", customer_id=customer_id)
    form = InviteForm(email=customer.email, customer_role="owner")

    def act(data: InviteMember) -> User:
        return invite_member(customer_id, data, link_to)

    if user := form.submit(act):
        return done(gettext("%(email)s was sent an invitation.", email=user.email), own)
    return confirm_page(
        form,
        gettext("Invite somebody of %(name)s", name=customer.name),
        gettext(
            "They are sent a link to their own pages, where they see what they have and pay for, "
            "and choose their own password."
        ),
        button=gettext("Send the invitation"),
        trail=[(gettext("Customers"), url_for("customers.index")), (customer.name, own)],
        notes={
            "owner": gettext("Pays, changes subscriptions and details, and invites others."),
            "viewer": gettext("Sees everything and changes nothing."),
        },
    )
