"""The outbox: what was sent to whom, what waits, and what did not arrive."""

from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy
from flask_babel import lazy_pgettext
from flask_login import current_user

from billing.database import Row
from billing.letters.letter import Letter
from billing.letters.shown import shown_letter
from billing.mail.again import can_be_sent, cancel_mail, send_again
from billing.mail.queries import get_mail
from billing.settings import Settings
from portal.access import page
from portal.addresses import address_of
from portal.answers import done
from portal.forms import InputForm
from portal.frames import framed
from portal.listing import respond
from portal.lists.export import add_export
from portal.outbox.listed import KIND_NAMES, MAILS

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")
add_export(blueprint, MAILS)

STATUSES = [
    ("", lazy("All")),
    ("waiting", lazy("Waiting")),
    ("failed", lazy("Failed")),
    ("kept", lazy("Kept")),
    ("sent", lazy("Sent")),
    ("cancelled", lazy_pgettext("mail", "Cancelled")),
]
_PAPERS = {"invoice": ("papers.invoice", "invoice_id"), "receipt": ("papers.receipt", "payment_id")}


@blueprint.get("")
@page("read:customers")
def index() -> ResponseReturnValue:
    """All mail, newest first."""
    found = MAILS.page()
    context = {"statuses": STATUSES, "kinds": KIND_NAMES, "sends_mail": _settings().sends_mail}
    return respond("outbox/index.html", "outbox/_results.html", found, **context)


@blueprint.get("/<mail_id>")
@page("read:customers")
def detail(mail_id: str) -> ResponseReturnValue:
    """One mail: how it reads, and what became of it."""
    return _shown(get_mail(mail_id), InputForm())


@blueprint.get("/<mail_id>/html")
@page("read:customers")
def html(mail_id: str) -> ResponseReturnValue:
    """The mail as its reader sees it, for the frame on its page."""
    return framed(_letter(get_mail(mail_id)).preview)


@blueprint.post("/<mail_id>/send")
@page("write:customers")
def send(mail_id: str) -> ResponseReturnValue:
    """Send it once more."""
    form = InputForm()
    if form.submit(lambda _: send_again(mail_id)):
        return done("It is in the outbox again.", url_for(".detail", mail_id=mail_id))
    return _shown(get_mail(mail_id), form)


@blueprint.post("/<mail_id>/cancel")
@page("write:customers")
def cancel(mail_id: str) -> ResponseReturnValue:
    """Do not send it."""
    form = InputForm()
    if form.submit(lambda _: cancel_mail(mail_id)):
        return done("It will not be sent.", url_for(".detail", mail_id=mail_id))
    return _shown(get_mail(mail_id), form)


def _shown(mail: Row, form: InputForm) -> ResponseReturnValue:
    letter = _letter(mail)
    context: dict[str, Any] = {
        "mail": mail,
        "letter": letter,
        "form": form,
        "about": address_of(mail["about"]) if mail.get("about") else None,
        "can_be_sent": can_be_sent(mail),
        "attached": _attached(mail),
        "sends_mail": _settings().sends_mail,
    }
    return render_template("outbox/detail.html", **context), form.http_status


def _letter(mail: Row) -> Letter:
    """Where no mail is sent, admins pass links on themselves; nobody else needs to see them."""
    revealed = not _settings().sends_mail and "write:users" in current_user.actor.scopes
    return shown_letter(mail, _settings().public_url, revealed=revealed)


def _attached(mail: Row) -> str | None:
    """The address of the PDF that goes along."""
    kind, id_ = mail.get("document") or (None, "")
    if kind is None or "read:invoices" not in current_user.actor.scopes:
        return None
    endpoint, name = _PAPERS[kind]
    values: dict[str, Any] = {name: id_}
    return url_for(endpoint, **values)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
