"""Meters: list, detail with recent events, create, edit, archive."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.usage.inputs import MeterChange, as_input
from billing.usage.queries import get_meter
from billing.usage.save_meter import archive_meter, create_meter, update_meter
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.forms import InputForm, options
from portal.listing import respond
from portal.lists.export import add_export
from portal.meters.forms import AGGREGATIONS, MeterForm, NewMeterForm
from portal.meters.listed import METERS
from portal.usage.shown import recent_events

blueprint = Blueprint("meters", __name__, url_prefix="/meters")
add_export(blueprint, METERS)
STATUSES = [("", lazy("All")), ("active", lazy("Active")), ("archived", lazy("Archived"))]


@blueprint.get("")
@page("read:plans")
def index() -> ResponseReturnValue:
    """Search, filter and sort meters."""
    found = METERS.page()
    return respond("meters/index.html", "meters/_results.html", found, statuses=STATUSES)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:plans")
def create() -> ResponseReturnValue:
    """Add a meter."""
    form = NewMeterForm(aggregation="sum")
    if meter := form.submit(create_meter):
        made = gettext("The meter %(name)s was created.", name=meter.name)
        return done(made, url_for(".detail", meter_id=meter.id))
    return form_page("meters/form.html", form)


@blueprint.get("/<meter_id>")
@page("read:plans")
def detail(meter_id: str) -> ResponseReturnValue:
    """All about one meter, and what it counted last."""
    meter = get_meter(meter_id)
    return render_template(
        "meters/detail.html",
        meter=meter,
        aggregation=dict(AGGREGATIONS)[meter.aggregation],
        recent=recent_events(meter.key),
        events=timeline(object_id=meter_id),
    )


@blueprint.route("/<meter_id>/edit", methods=["GET", "POST"])
@page("write:plans")
def edit(meter_id: str) -> ResponseReturnValue:
    """Change a meter; with its first event it is settled how it adds up."""
    meter = get_meter(meter_id)
    form = MeterForm(as_input(meter), revision=meter.revision)
    if meter.has_events:
        form.aggregation.choices = options(c for c in AGGREGATIONS if c[0] == meter.aggregation)

    def save(data: MeterChange) -> object:
        return update_meter(meter_id, data, form.expected_revision)

    if form.submit(save):
        return done("Saved.", url_for(".detail", meter_id=meter_id))
    return form_page("meters/form.html", form, document=meter, meter=meter)


@blueprint.route("/<meter_id>/archive", methods=["GET", "POST"])
@page("write:plans")
def archive(meter_id: str) -> ResponseReturnValue:
    """Ask once, then let it take no more events."""
    meter = get_meter(meter_id)
    own = url_for(".detail", meter_id=meter_id)
    form = InputForm(revision=meter.revision)
    if form.submit(lambda _: archive_meter(meter_id, form.expected_revision)):
        return done(gettext("%(name)s is archived.", name=meter.name), own)
    return confirm_page(
        form,
        gettext("Archive %(name)s?", name=meter.name),
        gettext("It takes no more events from now on: whoever sends one is refused."),
        gettext("What was counted is still billed."),
        document=meter,
        button=gettext("Archive meter"),
        trail=[(gettext("Meters"), url_for(".index")), (meter.name, own)],
        danger=True,
    )
