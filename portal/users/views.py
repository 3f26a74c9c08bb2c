"""Users: list, detail, create, edit, ending their sessions. Admins only, by scope."""

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

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
from portal.template_helpers import words
from portal.users.forms import NewUserForm, UserForm
from portal.users.listed import USERS

blueprint = Blueprint("users", __name__, url_prefix="/users")
add_export(blueprint, USERS)


@blueprint.get("")
@page("read:users")
def index() -> ResponseReturnValue:
    """Search and filter users."""
    found = USERS.page()
    roles = [("", "All"), *((role, words(role)) for role in ROLES)]
    return respond("users/index.html", "users/_results.html", found, roles=roles)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def create() -> ResponseReturnValue:
    """Add a user."""
    form = NewUserForm(role="viewer")
    if user := form.submit(lambda data: add_user(data, link_to)):
        told = _invited(user) if user.is_invited else f"{user.name} can sign in now."
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
        return f"{user.name} was sent an invitation."
    return f"{user.name} is invited. No mail is sent here: hand over the link from the outbox."


def _way_in(user: User) -> str:
    if user.is_invited:
        return "Not yet: has to accept the invitation"
    ways = {"password": user.password_hash, "OpenID Connect": user.is_linked}
    found = " or ".join(way for way, is_open in ways.items() if is_open)
    return f"By {found}" if found else "Not yet: needs a password"


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
@page("write:users")
def invite(user_id: str) -> ResponseReturnValue:
    """Ask once, then send somebody their invitation again."""
    user = get_user(user_id)
    form = InputForm()
    if form.submit(lambda _: send_invitation(user_id, link_to)):
        return done(_invited(user), url_for(".detail", user_id=user_id))
    return confirm_page(
        form,
        f"Invite {user.name} again?",
        f"A link is sent to {user.email} that is good for a week. The one before ends.",
        button="Send the invitation",
        trail=[("Users", url_for(".index")), (user.name, url_for(".detail", user_id=user_id))],
    )


@blueprint.route("/<user_id>/end-sessions", methods=["GET", "POST"])
@page("write:users")
def end(user_id: str) -> ResponseReturnValue:
    """Ask once, then sign the user out everywhere."""
    user = get_user(user_id)
    form = InputForm()
    if form.submit(lambda _: end_sessions(user_id)):
        return done(f"{user.name} is signed out everywhere.", url_for(".detail", user_id=user_id))
    return confirm_page(
        form,
        f"Sign {user.name} out everywhere?",
        "Every session and every API token of this user ends at once.",
        "They can sign in again as before.",
        button="End all sessions",
        trail=[("Users", url_for(".index")), (user.name, url_for(".detail", user_id=user_id))],
        danger=True,
    )


@blueprint.route("/<user_id>/reset-second-factor", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def reset(user_id: str) -> ResponseReturnValue:
    """Ask once, then take away the second factor of somebody who lost it."""
    user = get_user(user_id)
    form = InputForm()
    if form.submit(lambda _: reset_second_factor(user_id)):
        return done(f"{user.name} has no second factor now.", url_for(".detail", user_id=user_id))
    return confirm_page(
        form,
        f"Take away the second factor of {user.name}?",
        "They sign in without a code until they set up another one. Make sure that it is really "
        "they who ask for it.",
        "All their sessions and API tokens end at once.",
        button="Take it away",
        trail=[("Users", url_for(".index")), (user.name, url_for(".detail", user_id=user_id))],
        danger=True,
    )


@blueprint.route("/<user_id>/unlink", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def unlink(user_id: str) -> ResponseReturnValue:
    """Ask once, then forget who at the sign-in provider this user is."""
    user = get_user(user_id)
    form = InputForm()
    if form.submit(lambda _: unlink_user(user_id)):
        return done(f"{user.name} is no longer linked.", url_for(".detail", user_id=user_id))
    return confirm_page(
        form,
        f"Unlink {user.name} from the sign-in provider?",
        "All their sessions and API tokens end at once.",
        f"Whoever next signs in there with the verified address {user.email} is linked again; "
        "to keep somebody out, set their status to disabled instead.",
        button="Unlink",
        trail=[("Users", url_for(".index")), (user.name, url_for(".detail", user_id=user_id))],
        danger=True,
    )
