"""The sign-in page."""

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from portal.access import own_path
from portal.auth.forms import SignInForm


def sign_in_page(form: SignInForm, *, target: str | None = None) -> ResponseReturnValue:
    """The form with its findings, and the button of the provider where one is configured.

    `target` is where the reader goes on to; the address of the page says so unless it is given.
    """
    settings = current_app.config["SETTINGS"]
    page = render_template(
        "auth/sign_in.html",
        form=form,
        target=own_path(target or request.args.get("next")),
        provider=settings.oidc_name if settings.oidc_issuer else None,
    )
    headers = {"Retry-After": str(form.retry_after)} if form.retry_after else {}
    return page, form.http_status, headers
