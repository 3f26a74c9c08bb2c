"""Where my invoices go, and what they print: shown, and changed."""

from babel import Locale
from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.actors import own_customer_id
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.papers.words import LANGUAGES
from billing.self_service.details import OwnDetails, as_input, update_own_details
from billing.users.permissions import OWN_ACCOUNT
from portal.access import page
from portal.account.forms import DetailsForm
from portal.answers import done, form_page
from portal.customers.tax_ids import kind_of
from portal.forms import options
from portal.languages.reader import ask_again


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    blueprint.add_url_rule("/details", "details", index)
    blueprint.add_url_rule("/details/edit", "edit_details", edit, methods=["GET", "POST"])


@page("read:customers", audience="customer")
def index() -> ResponseReturnValue:
    """All of it."""
    own = _own()
    language = language_name(own.preferences.locale)
    return render_template(
        "account/details.html", customer=own, language=language, tax_id_kind=kind_of
    )


@page(OWN_ACCOUNT, audience="customer")
def edit() -> ResponseReturnValue:
    """Change it; issued invoices keep what they say."""
    own = _own()
    form = DetailsForm(as_input(own), revision=own.revision)
    tags = dict.fromkeys([*LANGUAGES, own.preferences.locale])
    form.locale.choices = options((tag, language_name(tag)) for tag in tags)

    def save(data: OwnDetails) -> Customer:
        return update_own_details(own.id, data, form.expected_revision)

    if form.submit(save):
        ask_again()
        return done(gettext("Saved. Your next invoices say so."), url_for("account.details"))
    return form_page("account/edit_details.html", form, document=own)


def language_name(tag: str) -> str:
    """A language by its own name: `Deutsch (Österreich)`."""
    name = Locale.parse(tag, sep="-").display_name or tag
    return name[:1].upper() + name[1:]


def _own() -> Customer:
    return get_customer(own_customer_id() or abort(404))
