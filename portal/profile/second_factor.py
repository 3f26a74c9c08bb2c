"""One's own second factor: set up, new recovery codes, removed."""

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from billing.users.errors import OfferStale
from billing.users.second_factor import (
    Offer,
    offer_second_factor,
    offered_again,
    remove_second_factor,
    renew_recovery_codes,
    set_up_second_factor,
)
from portal.access import page
from portal.answers import confirm_page, done, form_page
from portal.auth.forms import CodeForm
from portal.forms import InputForm
from portal.profile.forms import SetUpForm


def add_to(blueprint: Blueprint) -> None:
    """Put the pages on the feature's blueprint."""
    at, both = "/profile/second-factor", ["GET", "POST"]
    blueprint.add_url_rule(f"{at}/new", "set_up", set_up, methods=both)
    blueprint.add_url_rule(f"{at}/codes", "renew_codes", renew_codes, methods=both)
    blueprint.add_url_rule(f"{at}/remove", "remove_factor", remove_factor, methods=both)


@page(audience="signed_in", is_sensitive=True)
def set_up() -> ResponseReturnValue:
    """Show a secret to scan; it becomes the second factor once a code of it is typed."""
    user = current_user.user
    if user.has_second_factor and request.method == "GET":
        return redirect(url_for(".index"), 303)
    form = SetUpForm()
    if codes := form.submit(lambda data: set_up_second_factor(user.id, data)):
        return _told(codes, gettext("Your second factor is set up."))
    offer = _offer(form)
    form.offer.data = offer.sealed
    return form_page(
        "profile/set_up.html", form, offer=offer, picture=_picture(offer.address), user=user
    )


def _offer(form: SetUpForm) -> Offer:
    """The same one after a mistyped code, so that it need not be scanned again."""
    user = current_user.user
    try:
        return offered_again(user, form.offer.data or "")
    except OfferStale:
        return offer_second_factor(user)


def _picture(address: str) -> str:
    """A QR code as the address of an image that needs no request: nobody else gets to see it."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_data_uri(scale=4, border=3, light="#fff", omitsize=False))


@page(audience="signed_in", is_sensitive=True)
def renew_codes() -> ResponseReturnValue:
    """Ask once, then make new recovery codes."""
    form = InputForm()
    if codes := form.submit(lambda _: renew_recovery_codes(current_user.user.id)):
        headline = gettext("You have new recovery codes. The old ones open nothing any more.")
        return _told(codes, headline)
    return confirm_page(
        form,
        gettext("Make new recovery codes?"),
        gettext("The codes that you have now stop working, used or not."),
        button=gettext("Make new codes"),
        trail=[(gettext("Your account"), url_for(".index"))],
    )


@page(audience="signed_in")
def remove_factor() -> ResponseReturnValue:
    """Ask for a code, then sign in without one."""
    form = CodeForm()
    if form.submit(lambda data: remove_second_factor(current_user.user.id, data)):
        return done("Your second factor is removed.", url_for(".index"))
    return confirm_page(
        form,
        gettext("Remove your second factor?"),
        gettext("Whoever knows your password, or reads your mail, can sign in as you then."),
        button=gettext("Remove it"),
        trail=[(gettext("Your account"), url_for(".index"))],
        danger=True,
        hints={"code": gettext("Six digits from your app, or a recovery code.")},
    )


def _told(codes: list[str], headline: str) -> ResponseReturnValue:
    return render_template("profile/codes.html", codes=codes, headline=headline)
