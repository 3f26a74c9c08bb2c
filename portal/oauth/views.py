"""Where a person lets a program act for them, or does not, or no longer. Source: RFC 6749 §3.1."""

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from billing.oauth.access import end_access
from billing.oauth.consent import Consent, answer_consent, read_consent
from billing.oauth.received import Received, Reply
from billing.oauth.server import Server, server_of
from billing.users.permissions import SCOPES
from portal.access import page
from portal.answers import acted
from portal.forms import InputForm
from portal.headers import CONTENT_SECURITY_POLICY

blueprint = Blueprint("oauth", __name__, url_prefix="/oauth")


@blueprint.route("/authorize", methods=["GET", "POST"])
@page(audience="signed_in")
def authorize() -> ResponseReturnValue:
    """Asked anew each time: a program cannot get anything without a click of this person."""
    server, user = server_of(current_app.config["SETTINGS"]), current_user.user
    received = _received(server)
    found = read_consent(server, received, user)
    if isinstance(found, Reply):
        return _sent_back(found)
    if request.method == "GET":
        return _asked(found)
    agreed = request.form.get("decision") == "allow"
    shown = request.form.get("scopes", "").split()
    return _sent_back(answer_consent(server, received, user, shown if agreed else None))


@blueprint.post("/access/<client_id>/end")
@page(audience="signed_in")
def end(client_id: str) -> ResponseReturnValue:
    """Take back what this person has given to a program."""
    form = InputForm()
    ended = form.submit(lambda _: end_access(current_user.user.id, client_id))
    told = (
        gettext("%(name)s can no longer act for you.", name=ended.name)
        if ended
        else gettext("It can no longer act for you.")
    )
    return acted(told, url_for("profile.index"), form)


def _received(server: Server) -> Received:
    """What is asked stands in the address, also when the answer is posted."""
    return Received(
        url=server.tokens.issuer + request.path,
        parameters=list(request.args.items(multi=True)),
        method=request.method,
    )


def _asked(consent: Consent) -> Response:
    answer = make_response(
        render_template(
            "oauth/consent.html",
            consent=consent,
            meanings=SCOPES,
            host=urlsplit(consent.redirect_uri).netloc,
            user=current_user.user,
        )
    )
    answer.headers["Content-Security-Policy"] = _policy(consent.redirect_uri)
    return answer


def _policy(redirect_uri: str) -> str:
    """Browsers hold a form's redirect against its policy too, so it names where this one leads.

    A policy has no words for an IPv6 address; its scheme has to do.
    """
    parts = urlsplit(redirect_uri)
    place = f"{parts.scheme}:" if "[" in parts.netloc else f"{parts.scheme}://{parts.netloc}"
    return CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {place}")


def _sent_back(reply: Reply) -> ResponseReturnValue:
    """To the client; or, where it is not certain that this is one, a page that says what is wrong.

    303, so that no browser posts the person's answer on to the client (RFC 9700 §4.12).
    """
    if reply.location is None:
        reason = reply.body.get("error_description") or reply.body["error"]
        return render_template("oauth/refused.html", reason=reason), 400
    if request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "same-origin":
        return _led_on(reply.location)
    return redirect(reply.location, 303)


def _led_on(location: str) -> ResponseReturnValue:
    """Right after our own sign-in, whose form's policy lets no redirect lead out of the portal."""
    host = urlsplit(location).netloc
    return render_template("oauth/onward.html", location=location, host=host), 400
