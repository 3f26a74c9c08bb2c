"""Signing in by the OpenID provider: out to it, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from billing.errors import BillingError
from billing.phrases import Phrase
from billing.settings import Settings
from billing.users.identity import identity_from
from billing.users.provider_sign_in import sign_in_by_provider
from portal import sessions
from portal.access import own_path, public
from portal.auth.attempts import count_attempt
from portal.auth.forms import SignInForm
from portal.auth.page import sign_in_page
from portal.auth.trouble import SignInFailed
from portal.languages.saying import said
from portal.problems import status_of

if TYPE_CHECKING:
    from portal.auth.provider import Provider

_LONGEST_TARGET = 500  # it travels in the session's cookie


def add_to(blueprint: Blueprint) -> None:
    """Put both ends on the feature's blueprint."""
    blueprint.add_url_rule("/sign-in/oidc", "oidc", begin)
    blueprint.add_url_rule("/sign-in/oidc/callback", "oidc_callback", callback)


@public
def begin() -> ResponseReturnValue:
    """A link, not a form: the policy `form-action 'self'` also holds for where a form leads on."""
    provider, target = _provider(), own_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(url_for("auth.sign_in"), 303)
    try:
        return provider.begin(target if len(target or "") <= _LONGEST_TARGET else None)
    except SignInFailed as failure:
        return _failed(said(failure.message), failure.status)


@public
def callback() -> ResponseReturnValue:
    """Whoever the provider vouches for is signed in with a fresh session, or told why not."""
    provider = _provider()
    try:
        count_attempt()
        claims, target = provider.finish()
        user = sign_in_by_provider(identity_from(claims, _settings()))
    except SignInFailed as failure:
        return _failed(said(failure.message), failure.status)
    except BillingError as refusal:
        return _failed(said(refusal.message), status_of(refusal), refusal.retry_after or 0)
    sessions.begin(user, Phrase("By OpenID Connect"), is_by_provider=True)
    return redirect(own_path(target) or url_for("dashboard.index"), 303)


def _failed(message: str, status: int, retry_after: int = 0) -> ResponseReturnValue:
    form = SignInForm(formdata=None)
    form.alerts.append(message)
    form.http_status, form.retry_after = status, retry_after
    return sign_in_page(form)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _provider() -> Provider:
    """The one that is configured, made at its first use; without one there is no such page."""
    settings = _settings()
    if settings.oidc_issuer is None:
        abort(404)
    if "duebill.oidc" not in current_app.extensions:
        # An eighth of a second and some memory, for those who have a provider.
        from portal.auth.provider import Provider

        # Not from the request's own host: the provider knows the public address only.
        back = settings.public_url + url_for("auth.oidc_callback")
        current_app.extensions.setdefault("duebill.oidc", Provider(settings, back))
    provider: Provider = current_app.extensions["duebill.oidc"]
    return provider
