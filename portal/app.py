"""The application factory: the only place where the pages and the API meet."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

import api
import portal
from billing import copies, database, sealing
from billing.patience import WEB_SECONDS
from billing.rate_limits.limits import EXTENSION as RATE_LIMITS
from billing.rate_limits.limits import RateLimits
from billing.settings import Settings
from billing.turns import share_turns
from billing.webhooks import targets
from portal import cli, closed, health
from portal.auth.mailed import link_to
from portal.bodies import WholeBodyRequest
from portal.runs.launch import launch_run
from portal.telemetry import init_telemetry
from portal.tracing import trace_requests

ROOT = Path(__file__).resolve().parent.parent


class Portal(Flask):
    """The application. None of its functions is a coroutine, so no call is looked at for being one:
    Flask asks it of a dozen functions in each request."""

    def full_dispatch_request(self) -> Response:
        """No request waits long for a database that is known to be away."""
        with database.patience().for_request():
            return super().full_dispatch_request()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None, *, connect: bool = True) -> Flask:
    """The WSGI application. `settings` come from the environment unless given.

    The database is only named here; the first query opens the connection, after gunicorn's fork.
    `connect=False`, or settings without MONGODB_URI, leave that to the caller.
    """
    settings = settings or Settings.load()
    app = Portal(
        "portal", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.request_class = WholeBodyRequest
    app.config.from_mapping(_config(settings))
    app.extensions[RATE_LIMITS] = RateLimits(settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    sealing.use_secret(settings.secret_key)
    copies.use_redis(settings.redis_url)
    share_turns(settings.data_dir)
    targets.allow_private(settings.webhook_allow_private)
    trace_requests(app)
    if connect and settings.mongodb_uri:
        database.connect(settings.mongodb_uri, patience=WEB_SECONDS)
    init_telemetry(app)
    closed.init_app(app)
    app.register_blueprint(health.blueprint)
    api.register(app, launch_run=launch_run, link_to=link_to)
    portal.register(app, openapi=api.openapi_document)
    cli.register(app)
    return app


def load() -> None:
    """Load all code that an application consists of: a process forked afterwards is ready at once.

    A balancer sends requests as soon as the door is open, where they wait for the workers.
    """
    for load_part in (api.load, portal.load, cli.commands):
        load_part()


def _config(settings: Settings) -> dict[str, object]:
    """Flask's own names for what the settings say. Cookies: ASVS 5.0, chapter 3."""
    secure = settings.session_cookie_secure
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": "__Host-duebill" if secure else "duebill",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 12 * 3600,
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session, which it is tied to
        "WTF_CSRF_CHECK_DEFAULT": False,  # portal.shell decides, so that the API is left out
    }
