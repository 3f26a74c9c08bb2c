"""What a payment provider reports of its own accord: what became of a payment or a refund.

Outside /api/v1, since what is sent and how it is signed is the provider's own. Whoever sends it
proves by the signature who they are, and needs no token.
"""

from flask import Blueprint, Flask, Response, abort, g, request
from werkzeug.exceptions import default_exceptions

from api.problems import HEADERS, answer_error
from api.rate_limits import count_bad_token, refuse_locked_out
from billing.actors import Actor, acting_as
from billing.payments.errors import ProviderNotAvailable
from billing.payments.providers.base import ReportRefused
from billing.payments.receive_report import receive_report

blueprint = Blueprint("provider_reports", __name__)
# By status as well: a handler that the pages have for one comes before ours for all.
for status in default_exceptions:
    blueprint.register_error_handler(status, answer_error)
blueprint.register_error_handler(Exception, answer_error)


def register(app: Flask) -> None:
    """Called once by the application factory."""
    app.register_blueprint(blueprint)


@blueprint.post("/api/provider_reports/<provider>")
def receive(provider: str) -> Response:
    """204 once what it tells is settled, however often it is told. With any other answer nothing
    is, and providers send it again."""
    refuse_locked_out()
    with acting_as(_reporting(provider)):
        try:
            receive_report(provider, request.get_data(), dict(request.headers))
        except ProviderNotAvailable:
            abort(404)
        except ReportRefused:
            count_bad_token()  # whoever guesses signatures is soon not listened to
            raise
    return Response(status=204, headers=HEADERS)


def _reporting(provider: str) -> Actor:
    name = f"Payment provider ({provider})"
    return Actor(type="system", name=name, request_id=g.get("request_id"), ip=request.remote_addr)
