"""Tokens for programs, outside /api/v1 where OAuth's own libraries look for them.

Form in, JSON out, and the errors of RFC 6749 §5.2 instead of problem documents.
"""

from collections.abc import Callable

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import default_exceptions

from api.bearer import anonymous_actor
from api.fast_json import dumps
from api.oauth.errors import answer_error, refused
from api.problems import HEADERS
from api.rate_limits import count_address
from billing.actors import acting_as
from billing.oauth.metadata import metadata
from billing.oauth.received import Received, Reply
from billing.oauth.server import Server, server_of

blueprint = Blueprint("oauth_server", __name__)
# By status as well: a handler that the pages have for one comes before ours for all.
for status in default_exceptions:
    blueprint.register_error_handler(status, answer_error)
blueprint.register_error_handler(Exception, answer_error)


@blueprint.post("/oauth/token")
def token() -> Response:
    """RFC 6749 §3.2: tokens for a client, or for a person who agreed."""
    return _answered(Server.token, gives_token=True)


@blueprint.post("/oauth/revoke")
def revoke() -> Response:
    """RFC 7009: end a token, and all that was given with it."""
    return _answered(Server.revocation)


@blueprint.post("/oauth/introspect")
def introspect() -> Response:
    """RFC 7662: what a client's own token is good for."""
    return _answered(Server.introspection)


@blueprint.get("/.well-known/oauth-authorization-server")
def show_metadata() -> Response:
    """RFC 8414: where everything is."""
    count_address()
    issuer = current_app.config["SETTINGS"].public_url
    return Response(dumps(metadata(issuer)), headers=HEADERS, content_type="application/json")


def _answered(ask: Callable[[Server, Received], Reply], *, gives_token: bool = False) -> Response:
    actor = anonymous_actor(gives_token)
    if request.query_string or request.mimetype != "application/x-www-form-urlencoded":
        return refused(400, "Send the parameters in the body, as a form (x-www-form-urlencoded).")
    server = server_of(current_app.config["SETTINGS"])
    received = Received(
        url=server.tokens.issuer + request.path,
        parameters=list(request.form.items(multi=True)),
        authorization=request.headers.get("Authorization", ""),
    )
    with acting_as(actor):
        reply = ask(server, received)
    return Response(dumps(reply.body), reply.status, {**HEADERS, **reply.headers})
