"""Inviting people to a customer's account, changing what they may do, removing them."""

from typing import Literal

from billing.entrance.letters import LinkTo, send_link
from billing.events.journal import update
from billing.inputs import Input
from billing.self_service.team import (
    MOST,
    TeamFull,
    get_member,
    hold_team,
    keep_an_owner,
    team_of,
)
from billing.transactions import operation
from billing.users.errors import EmailTaken
from billing.users.inputs import Email, UserInput
from billing.users.links import end_links
from billing.users.models import VIEWER, User
from billing.users.save_user import add_user, end_sign_ins

TeamRole = Literal["owner", "viewer"]


class InviteMember(Input):
    """Whom to invite, and as what."""

    email: Email
    customer_role: TeamRole = "viewer"


class ChangeMember(Input):
    """What somebody may do from now on."""

    customer_role: TeamRole


@operation
def invite_member(customer_id: str, data: InviteMember, link_to: LinkTo) -> User:
    """Have somebody sent a link to join; who was removed before comes back in.

    Raises CustomerNotFound, ScopeMissing, EmailTaken, TeamFull and TooManyAttempts.
    """
    hold_team(customer_id)
    if len(team_of(customer_id)) >= MOST:
        raise TeamFull("A team has at most %(most)s people; remove somebody first.", most=MOST)
    known: User | None = User.objects(email=data.email).first()
    user = _again(known, customer_id, data) if known else _anew(customer_id, data)
    send_link(user, "invitation", link_to)
    return user


@operation
def invite_again(customer_id: str, user_id: str, link_to: LinkTo) -> User:
    """Send a new link, which ends the one before.

    Raises CustomerNotFound, ScopeMissing, UserNotFound, LinkNotPossible for who has joined, and
    TooManyAttempts.
    """
    hold_team(customer_id)
    member = get_member(customer_id, user_id)
    send_link(member, "invitation", link_to)
    return member


@operation
def change_member(
    customer_id: str, user_id: str, data: ChangeMember, expected_revision: int | None = None
) -> User:
    """Make somebody an owner or a viewer; it counts from their next click on.

    Raises CustomerNotFound, ScopeMissing, UserNotFound, StaleRevision and LastOwner.
    """
    hold_team(customer_id)
    member = get_member(customer_id, user_id)
    member.check_revision(expected_revision)
    if data.customer_role == VIEWER:
        keep_an_owner(member)
    member.customer_role = data.customer_role
    update(member, "user.updated")
    return member


@operation
def remove_member(customer_id: str, user_id: str, expected_revision: int | None = None) -> User:
    """Somebody signs in no more, and every session and link of theirs ends.

    Raises CustomerNotFound, ScopeMissing, UserNotFound, StaleRevision and LastOwner.
    """
    hold_team(customer_id)
    member = get_member(customer_id, user_id)
    member.check_revision(expected_revision)
    keep_an_owner(member)
    member.status = "disabled"
    end_sign_ins(member)
    end_links(member.id)
    update(member, "user.updated")
    return member


def _anew(customer_id: str, data: InviteMember) -> User:
    name = data.email.partition("@")[0]
    values = UserInput(
        email=data.email, name=name, role="customer", customer_id=customer_id, status="invited"
    )
    return add_user(User(customer_role=data.customer_role), values)


def _again(known: User, customer_id: str, data: InviteMember) -> User:
    """Somebody who was removed; others are on a team already, or belong to nobody's business."""
    if known.customer_id != customer_id or known.role != "customer":
        raise EmailTaken("This address cannot be invited; use another one.", field="email")
    if known.status != "disabled":
        raise EmailTaken("This person is on the team already.", field="email")
    known.status, known.password_hash = "invited", None
    known.customer_role = data.customer_role
    end_sign_ins(known)
    update(known, "user.updated")
    return known
