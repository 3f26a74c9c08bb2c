"""The people who sign in for my company: owners, who change things, and viewers, who look."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

from billing.actors import own_customer_id
from billing.self_service.change_team import (
    ChangeMember,
    InviteMember,
    change_member,
    invite_again,
    invite_member,
    remove_member,
)
from billing.self_service.team import get_member, team_of
from billing.users.models import User
from billing.users.permissions import OWN_ACCOUNT
from portal.access import page
from portal.account.forms import InviteForm, MemberForm
from portal.answers import confirm_page, done, form_page
from portal.auth.mailed import link_to
from portal.forms import InputForm

_ROLES = {
    "owner": lazy("Pays, changes subscriptions and details, and invites people."),
    "viewer": lazy("Sees everything and changes nothing."),
}


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    both = ["GET", "POST"]
    blueprint.add_url_rule("/team", "team", index)
    blueprint.add_url_rule("/team/invite", "invite", invite, methods=both)
    blueprint.add_url_rule("/team/<user_id>/invite", "reinvite", reinvite, methods=both)
    blueprint.add_url_rule("/team/<user_id>/role", "member", role, methods=both)
    blueprint.add_url_rule("/team/<user_id>/remove", "remove_member", remove, methods=both)


@page("read:customers", audience="customer")
def index() -> ResponseReturnValue:
    """All of them, those who have not accepted yet too."""
    return form_page("account/team.html", InputForm(), team=team_of(_own()))


@page(OWN_ACCOUNT, audience="customer", is_sensitive=True)
def invite() -> ResponseReturnValue:
    """Send somebody a link to join."""
    form = InviteForm(customer_role="viewer")

    def act(data: InviteMember) -> User:
        return invite_member(_own(), data, link_to)

    if user := form.submit(act):
        return done(gettext("%(email)s was sent an invitation.", email=user.email), _index())
    return confirm_page(
        form,
        gettext("Invite somebody"),
        gettext("They are sent a link that is good for a week, and choose their own password."),
        button=gettext("Send the invitation"),
        trail=_trail(),
        notes=_ROLES,
    )


@page(OWN_ACCOUNT, audience="customer")
def reinvite(user_id: str) -> ResponseReturnValue:
    """Ask once, then send the link again."""
    member, form = get_member(_own(), user_id), InputForm()
    if form.submit(lambda _: invite_again(_own(), user_id, link_to)):
        return done(gettext("%(email)s was sent an invitation.", email=member.email), _index())
    return confirm_page(
        form,
        gettext("Invite %(email)s again?", email=member.email),
        gettext("They are sent a new link that is good for a week. The one before ends."),
        button=gettext("Send the invitation"),
        trail=_trail(),
    )


@page(OWN_ACCOUNT, audience="customer", is_sensitive=True)
def role(user_id: str) -> ResponseReturnValue:
    """What somebody may do."""
    member = get_member(_own(), user_id)
    present = "owner" if member.is_owner else "viewer"
    form = MemberForm(customer_role=present, revision=member.revision)

    def act(data: ChangeMember) -> User:
        return change_member(_own(), user_id, data, form.expected_revision)

    if changed := form.submit(act):
        return done(
            gettext("%(name)s is an owner.", name=changed.name)
            if changed.is_owner
            else gettext("%(name)s is a viewer.", name=changed.name),
            _index(),
        )
    return confirm_page(
        form,
        gettext("What may %(name)s do?", name=member.name),
        document=member,
        button=gettext("Save"),
        trail=_trail(),
        notes=_ROLES,
    )


@page(OWN_ACCOUNT, audience="customer", is_sensitive=True)
def remove(user_id: str) -> ResponseReturnValue:
    """Ask once, then let somebody in no more."""
    member = get_member(_own(), user_id)
    form = InputForm(revision=member.revision)
    if form.submit(lambda _: remove_member(_own(), user_id, form.expected_revision)):
        return done(gettext("%(name)s was removed.", name=member.name), _index())
    is_me = member.id == current_user.user.id
    return confirm_page(
        form,
        gettext("Leave the team?") if is_me else gettext("Remove %(name)s?", name=member.name),
        gettext("%(email)s can no longer sign in, and is signed out at once.", email=member.email),
        gettext("They can be invited again."),
        document=member,
        button=gettext("Leave") if is_me else gettext("Remove"),
        trail=_trail(),
        danger=True,
    )


def _own() -> str:
    return own_customer_id() or abort(404)


def _index() -> str:
    return url_for("account.team")


def _trail() -> list[tuple[str, str]]:
    return [(gettext("Team"), _index())]
