"""Users: list, detail, create, edit, ending their sessions. Admins only, by scope."""

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.entrance.invite import add_user, send_invitation
from billing.users.inputs import UserInput, as_input
from billing.users.models import User
from billing.users.permissions import ROLES, SCOPES, scopes_of
from billing.users.queries import get_user
from billing.users.save_user import end_sessions, update_user
from billing.users.second_factor import reset_second_factor
from billing.users.unlink import unlink_user
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.auth.mailed import link_to
from portal.forms import InputForm
from portal.listing import respond
from portal.lists.export import add_export
from portal.users.forms import NewUserForm, UserForm
from portal.users.listed import USERS
from portal.values import words

blueprint = Blueprint("users", __name__, url_prefix="/users")
add_export(blueprint, USERS)


@blueprint.get("")
@page("read:users")
def index() -> ResponseReturnValue:
    """Search and filter users."""
    found = USERS.page()
    roles = [("", gettext("All")), *((role, words(role)) for role in ROLES)]
    return respond("users/index.html", "users/_results.html", found, roles=roles)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def create() -> ResponseReturnValue:
    """Add a user."""
    form = NewUserForm(role="viewer")
    if user := form.submit(lambda data: add_user(data, link_to)):
        able = gettext("%(name)s can sign in now.", name=user.name)
        told = _invited(user) if user.is_invited else able
        return done(told, url_for(".detail", user_id=user.id))
    return form_page("users/form.html", form)


@blueprint.get("/<user_id>")
@page("read:users")
def detail(user_id: str) -> ResponseReturnValue:
    """All about one user."""
    user = get_user(user_id)
    rights = [text for scope, text in SCOPES.items() if scope in scopes_of(user.role)]
    return render_template(
        "users/detail.html",
        user=user,
        way_in=_way_in(user),
        rights=rights,
        events=timeline(object_id=user_id),
    )


def _invited(user: User) -> str:
    if current_app.config["SETTINGS"].sends_mail:
        return str(gettext("%(name)s was sent an invitation.", name=user.name))
    return str(
        gettext(
            "%(name)s is invited. No mail is sent here: hand over the link from the outbox.",
            name=user.name,
        )
    )


def _way_in(user: User) -> str:
    if user.is_invited:
        return str(gettext("Not yet: has to accept the invitation"))
    if user.password_hash:
        by_both = gettext("By password or OpenID Connect")
        return str(by_both if user.is_linked else gettext("By password"))
    if user.is_linked:
        return str(gettext("By OpenID Connect"))
    return str(gettext("Not yet: needs a password"))


@blueprint.route("/<user_id>/edit", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def edit(user_id: str) -> ResponseReturnValue:
    """Change a user; losing rights, being disabled or a new password ends their sessions."""
    user = get_user(user_id)
    form = UserForm(as_input(user), revision=user.revision)

    def save(data: UserInput) -> object:
        return update_user(user_id, data, form.expected_revision)

    if form.submit(save):
        return done("Saved.", url_for(".detail", user_id=user_id))
    managed = user.is_linked and bool(current_app.config["SETTINGS"].oidc_role_map)
    return form_page("users/form.html", form, document=user, user=user, role_is_managed=managed)


@blueprint.route("/<user_id>/invite", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def invite(user_id: str) -> ResponseReturnValue:
    """Ask once, then send somebody their invitation again."""
    user = get_user(user_id)
    form = InputForm()
    if form.submit(lambda _: send_invitation(user_id, link_to)):
        return done(_invited(user), url_for(".detail", user_id=user_id))
    return confirm_page(
        form,
        gettext("Invite %(name)s again?", name=user.name),
        gettext(
            "A link is sent to %(email)s that is good for a week. The one before ends.",
            email=user.email,
        ),
        button=gettext("Send the invitation"),
        trail=_trail(user),
    )


@blueprint.route("/<user_id>/end-sessions", methods=["GET", "POST"])
@page("write:users")
def end(user_id: str) -> ResponseReturnValue:
    """Ask once, then sign the user out everywhere."""
    user = get_user(user_id)
    form = InputForm()
    if form.submit(lambda _: end_sessions(user_id)):
        out = gettext("%(name)s is signed out everywhere.", name=user.name)
        return done(out, url_for(".detail", user_id=user_id))
    return confirm_page(
        form,
        gettext("Sign %(name)s out everywhere?", name=user.name),
        gettext("Every session and every API token of this user ends at once."),
        gettext("They can sign in again as before."),
        button=gettext("End all sessions"),
        trail=_trail(user),
        danger=True,
    )


@blueprint.route("/<user_id>/reset-second-factor", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def reset(user_id: str) -> ResponseReturnValue:
    """Ask once, then take away the second factor of somebody who lost it."""
    user = get_user(user_id)
    form = InputForm()
    if form.submit(lambda _: reset_second_factor(user_id)):
        taken = gettext("%(name)s has no second factor now.", name=user.name)
        return done(taken, url_for(".detail", user_id=user_id))
    return confirm_page(
        form,
        gettext("Take away the second factor of %(name)s?", name=user.name),
        gettext(
            "They sign in without a code until they set up another one. Make sure that it is "
            "really they who ask for it."
        ),
        gettext("All their sessions and API tokens end at once."),
        button=gettext("Take it away"),
        trail=_trail(user),
        danger=True,
    )


@blueprint.route("/<user_id>/unlink", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def unlink(user_id: str) -> ResponseReturnValue:
    """Ask once, then forget who at the sign-in provider this user is."""
    user = get_user(user_id)
    form = InputForm()
    if form.submit(lambda _: unlink_user(user_id)):
        unlinked = gettext("%(name)s is no longer linked.", name=user.name)
        return done(unlinked, url_for(".detail", user_id=user_id))
    return confirm_page(
        form,
        gettext("Unlink %(name)s from the sign-in provider?", name=user.name),
        gettext("All their sessions and API tokens end at once."),
        gettext(
            "Whoever next signs in there with the verified address %(email)s is linked again; "
            "to keep somebody out, set their status to disabled instead.",
            email=user.email,
        ),
        button=gettext("Unlink"),
        trail=_trail(user),
        danger=True,
    )


def _trail(user: User) -> list[tuple[str, str]]:
    return [(gettext("Users"), url_for(".index")), (user.name, url_for(".detail", user_id=user.id))]
