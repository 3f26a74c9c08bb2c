"""The seller's settings: who issues the invoices, and the rules of the house."""

from types import SimpleNamespace

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from billing.database import Row
from billing.seller.inputs import SettingsInput, as_input
from billing.seller.logos import get_logo, remove_logo, save_logo
from billing.seller.models import SELLER, settings_row
from billing.seller.save_settings import save_settings
from portal.access import page, public, to_sign_in
from portal.answers import confirm_page, done, form_page, timeline
from portal.forms import InputForm
from portal.seller import brand
from portal.seller.forms import LogoForm, SettingsForm
from portal.tax_rates.fields import rate_labels

blueprint = Blueprint("seller", __name__, url_prefix="/settings")
brand.add_to(blueprint)

# A picture does nothing, whatever somebody may have hidden in it.
_LOGO_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "public, max-age=31536000, immutable",
}


@blueprint.get("")
@page("read:settings")
def detail() -> ResponseReturnValue:
    """All settings."""
    return _shown(LogoForm(revision=settings_row()["revision"]))


@blueprint.route("/edit", methods=["GET", "POST"])
@page("write:settings", is_sensitive=True)
def edit() -> ResponseReturnValue:
    """Change the settings; issued invoices keep what they say."""
    row = settings_row()
    form = SettingsForm(as_input(row), revision=row["revision"])

    def save(data: SettingsInput) -> object:
        return save_settings(data, form.expected_revision)

    if form.submit(save):
        return done("The settings are saved.", url_for(".detail"))
    return form_page("seller/form.html", form, document=_document(row))


@blueprint.post("/logo")
@page("write:settings")
def logo() -> ResponseReturnValue:
    """Take a new logo for the invoices to come."""
    form = LogoForm()
    if form.submit(lambda content: save_logo(content, form.expected_revision)):
        return done("The logo is on all new invoices from now on.", url_for(".detail"))
    return _shown(form)


@blueprint.route("/logo/remove", methods=["GET", "POST"])
@page("write:settings")
def forget_logo() -> ResponseReturnValue:
    """Ask once, then show no logo on new invoices."""
    form = InputForm(revision=settings_row()["revision"])
    if form.submit(lambda _: remove_logo(form.expected_revision)):
        return done("New invoices show no logo.", url_for(".detail"))
    return confirm_page(
        form,
        gettext("Remove the logo?"),
        gettext("New invoices will show none. Those that are issued keep theirs."),
        button=gettext("Remove the logo"),
        trail=[(gettext("Settings"), url_for(".detail"))],
        document=_document(settings_row()),
        danger=True,
    )


@blueprint.get("/logos/<logo_id>")
@public
def picture(logo_id: str) -> ResponseReturnValue:
    """A logo, present or past, on invoices; who is about to sign in sees the present one."""
    if not current_user.is_authenticated and logo_id != settings_row()["logo"]:
        return to_sign_in()
    content, content_type = get_logo(logo_id)
    return Response(content, content_type=content_type, headers=_LOGO_HEADERS)


def _shown(form: LogoForm) -> ResponseReturnValue:
    row = settings_row()
    found, rates = timeline(object_id=SELLER), rate_labels(row["default_tax_rate_ids"])
    context = {"settings": row, "rates": rates, "events": found}
    return form_page("seller/detail.html", form, document=_document(row), **context)


def _document(row: Row) -> SimpleNamespace:
    """What a refused form needs to tell what others changed meanwhile."""
    return SimpleNamespace(id=SELLER, revision=row["revision"])
