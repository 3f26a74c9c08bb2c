"""Tax rates: list, detail, create, edit, archive."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.invoices.totals import compute_totals
from billing.money import to_major
from billing.taxes.inputs import TaxRateInput, as_input
from billing.taxes.models import TaxRate
from billing.taxes.queries import get_tax_rate
from billing.taxes.save_tax_rate import archive_tax_rate, create_tax_rate, update_tax_rate
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.forms import InputForm
from portal.forms.numbers import shown
from portal.languages.reader import reader_locale
from portal.listing import respond
from portal.lists.export import add_export
from portal.tax_rates.fields import rate_label
from portal.tax_rates.forms import NewTaxRateForm, TaxRateForm
from portal.tax_rates.listed import TAX_RATES

blueprint = Blueprint("tax_rates", __name__, url_prefix="/tax-rates")
add_export(blueprint, TAX_RATES)
STATUSES = [("", lazy("All")), ("active", lazy("Active")), ("archived", lazy("Archived"))]


@blueprint.get("")
@page("read:plans")
def index() -> ResponseReturnValue:
    """Search, filter and sort tax rates."""
    found = TAX_RATES.page()
    return respond("tax_rates/index.html", "tax_rates/_results.html", found, statuses=STATUSES)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:plans")
def create() -> ResponseReturnValue:
    """Add a tax rate."""
    form = NewTaxRateForm()
    if rate := form.submit(create_tax_rate):
        made = gettext("The tax rate %(rate)s was created.", rate=_label(rate))
        return done(made, url_for(".detail", tax_rate_id=rate.id))
    return form_page("tax_rates/form.html", form)


@blueprint.get("/<tax_rate_id>")
@page("read:plans")
def detail(tax_rate_id: str) -> ResponseReturnValue:
    """All about one tax rate."""
    rate = get_tax_rate(tax_rate_id)
    events = timeline(object_id=tax_rate_id)
    told = {"label": _label(rate), "example": _example(rate)}
    return render_template("tax_rates/detail.html", rate=rate, events=events, **told)


@blueprint.route("/<tax_rate_id>/edit", methods=["GET", "POST"])
@page("write:plans")
def edit(tax_rate_id: str) -> ResponseReturnValue:
    """Change what a tax rate is called, not what it charges."""
    rate = get_tax_rate(tax_rate_id)
    form = TaxRateForm(as_input(rate), revision=rate.revision)

    def save(data: TaxRateInput) -> object:
        return update_tax_rate(tax_rate_id, data, form.expected_revision)

    if form.submit(save):
        return done("Saved.", url_for(".detail", tax_rate_id=tax_rate_id))
    return form_page("tax_rates/form.html", form, document=rate, rate=rate, label=_label(rate))


@blueprint.route("/<tax_rate_id>/archive", methods=["GET", "POST"])
@page("write:plans")
def archive(tax_rate_id: str) -> ResponseReturnValue:
    """Ask once, then offer the rate no longer."""
    rate = get_tax_rate(tax_rate_id)
    own = url_for(".detail", tax_rate_id=tax_rate_id)
    form = InputForm(revision=rate.revision)
    if form.submit(lambda _: archive_tax_rate(tax_rate_id, form.expected_revision)):
        return done(gettext("%(name)s is archived.", name=_label(rate)), own)
    return confirm_page(
        form,
        gettext("Archive %(name)s?", name=_label(rate)),
        gettext(
            "It is offered no longer. "
            "Customers and drafts that have it are charged it until changed."
        ),
        document=rate,
        button=gettext("Archive tax rate"),
        trail=[(gettext("Tax rates"), url_for(".index")), (_label(rate), own)],
        danger=True,
    )


def _example(rate: TaxRate) -> str:
    """What becomes of a price."""
    line = {"amount": 100_00, "tax_rate_ids": [rate.id]}
    found = compute_totals([line], rates={rate.id: rate.row()})
    if rate.inclusive:
        tax = _typed(found.tax_total)
        return str(gettext("A price of 100.00 stays 100.00, of which %(tax)s is tax.", tax=tax))
    total = _typed(found.total)
    return str(gettext("A price of 100.00 becomes %(total)s.", total=total))


def _typed(amount: int) -> str:
    return shown(to_major(amount, "USD"), reader_locale())


def _label(rate: TaxRate) -> str:
    return rate_label(rate.row())
