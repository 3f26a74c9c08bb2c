"""The endpoints of OAuth on the application, errors included."""

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import MethodNotAllowed

from api.oauth.endpoints import blueprint
from api.oauth.errors import answer_error

_OURS = f"{blueprint.name}."


def register(app: Flask) -> None:
    """Called once by the application factory."""
    app.before_request(_answer_other_methods)
    app.register_blueprint(blueprint)


def _answer_other_methods() -> Response | None:
    """A method that is not taken belongs to no blueprint, so it is answered here."""
    if isinstance(request.routing_exception, MethodNotAllowed) and _is_ours(request.path):
        return answer_error(request.routing_exception)
    return None


def _is_ours(path: str) -> bool:
    rules = current_app.url_map.iter_rules()
    return any(rule.rule == path and rule.endpoint.startswith(_OURS) for rule in rules)
