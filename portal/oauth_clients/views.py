"""API clients: list, detail, create, edit, another secret, revoke. Admins only, by scope."""

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing import clock
from billing.oauth.create_client import Told, create_client
from billing.oauth.inputs import ClientInput, as_input
from billing.oauth.models import Client
from billing.oauth.queries import get_client
from billing.oauth.revoke_client import revoke_client
from billing.oauth.rotate_secret import rotate_secret
from billing.oauth.update_client import update_client
from billing.users.permissions import SCOPES
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.forms import InputForm
from portal.listing import respond
from portal.lists.export import add_export
from portal.oauth_clients.forms import ClientForm, NewClientForm, RotateForm, SecretClientForm
from portal.oauth_clients.listed import OAUTH_CLIENTS

blueprint = Blueprint("oauth_clients", __name__, url_prefix="/oauth-clients")
add_export(blueprint, OAUTH_CLIENTS)


@blueprint.get("")
@page("read:oauth_clients")
def index() -> ResponseReturnValue:
    """Search and filter API clients."""
    found = OAUTH_CLIENTS.page()
    return respond("oauth_clients/index.html", "oauth_clients/_results.html", found)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:oauth_clients", is_sensitive=True)
def create() -> ResponseReturnValue:
    """Add an API client; its secret is shown in the answer, and never again."""
    form = NewClientForm(type="confidential", grant_types=["client_credentials"])
    if told := form.submit(create_client):
        return _told(told, gettext("%(name)s was added.", name=told.client.name))
    return form_page("oauth_clients/form.html", form)


@blueprint.get("/<client_id>")
@page("read:oauth_clients")
def detail(client_id: str) -> ResponseReturnValue:
    """All about one API client, but its secret."""
    client = get_client(client_id)
    return render_template(
        "oauth_clients/detail.html",
        client=client,
        meanings=SCOPES,
        now=clock.now(),
        events=timeline(object_id=client_id),
    )


@blueprint.route("/<client_id>/edit", methods=["GET", "POST"])
@page("write:oauth_clients", is_sensitive=True)
def edit(client_id: str) -> ResponseReturnValue:
    """Change an API client; what is taken from it is taken from its tokens at once."""
    client = get_client(client_id)
    kind = ClientForm if client.is_public else SecretClientForm
    form = kind(as_input(client), revision=client.revision)

    def save(data: ClientInput) -> object:
        return update_client(client_id, data, form.expected_revision)

    if form.submit(save):
        return done("Saved.", url_for(".detail", client_id=client_id))
    return form_page("oauth_clients/form.html", form, document=client, client=client)


@blueprint.route("/<client_id>/rotate", methods=["GET", "POST"])
@page("write:oauth_clients", is_sensitive=True)
def rotate(client_id: str) -> ResponseReturnValue:
    """Give it another secret, which is shown in the answer, and never again."""
    client = get_client(client_id)
    form = RotateForm(overlap_hours=24, revision=client.revision)
    told = form.submit(lambda data: rotate_secret(client_id, data, form.expected_revision))
    if told:
        return _told(told, gettext("%(name)s has a new secret.", name=client.name))
    return confirm_page(
        form,
        gettext("New secret for %(name)s?", name=client.name),
        gettext(
            "The new secret is shown once. The present one goes on working for a while, so that "
            "you can put the new one in its place without a gap."
        ),
        gettext(
            "0 hours ends the present one at once, and every token it obtained: for a secret that "
            "others have seen."
        ),
        document=client,
        button=gettext("Make new secret"),
        trail=_trail(client),
    )


@blueprint.route("/<client_id>/revoke", methods=["GET", "POST"])
@page("write:oauth_clients")
def revoke(client_id: str) -> ResponseReturnValue:
    """Ask once, then end it for good."""
    client = get_client(client_id)
    form = InputForm(revision=client.revision)
    if form.submit(lambda _: revoke_client(client_id, form.expected_revision)):
        revoked = gettext("%(name)s is revoked.", name=client.name)
        return done(revoked, url_for(".detail", client_id=client_id))
    return confirm_page(
        form,
        gettext("Revoke %(name)s?", name=client.name),
        gettext(
            "All its tokens are dead at once, also those that people have given it, and it gets "
            "no others."
        ),
        gettext("This cannot be undone; it stays in the list."),
        document=client,
        button=gettext("Revoke"),
        trail=_trail(client),
        danger=True,
    )


def _told(told: Told, message: str) -> ResponseReturnValue:
    """The page that shows a secret, without a way to it: it is nowhere but in this answer."""
    if told.secret is None:
        return done(message, url_for(".detail", client_id=told.client.id))
    issuer = current_app.config["SETTINGS"].public_url
    return render_template(
        "oauth_clients/told.html",
        client=told.client,
        secret=told.secret,
        message=message,
        issuer=issuer,
    )


def _trail(client: Client) -> list[tuple[str, str]]:
    own = url_for(".detail", client_id=client.id)
    return [(gettext("API clients"), url_for(".index")), (client.name, own)]
