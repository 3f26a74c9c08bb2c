"""Test clocks: list, create, detail with its customers, advance, delete."""

from functools import partial

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing import clock
from billing.customers.queries import list_customers
from billing.periods import add_months
from billing.test_clocks.advance import Advanced, advance_clock
from billing.test_clocks.models import Clock
from billing.test_clocks.queries import get_clock, list_clocks
from billing.test_clocks.save_clock import create_clock, delete_clock
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.forms import InputForm
from portal.languages.saying import said
from portal.listing import listing, respond
from portal.test_clocks.forms import AdvanceForm, ClockForm
from portal.values import quantity

blueprint = Blueprint("test_clocks", __name__, url_prefix="/test-clocks")


@blueprint.get("")
@page("read:test_clocks")
def index() -> ResponseReturnValue:
    """All test clocks."""
    return respond("test_clocks/index.html", "test_clocks/_results.html", listing(list_clocks))


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:test_clocks")
def create() -> ResponseReturnValue:
    """Add a test clock."""
    form = ClockForm(now=clock.today().isoformat())
    if made := form.submit(create_clock):
        added = gettext("%(name)s was added.", name=made.name)
        return done(added, url_for(".detail", test_clock_id=made.id))
    return form_page("test_clocks/form.html", form)


@blueprint.get("/<test_clock_id>")
@page("read:test_clocks")
def detail(test_clock_id: str) -> ResponseReturnValue:
    """Where a clock stands, who lives on it, and the form that advances it."""
    found = get_clock(test_clock_id)
    return _detail(found, AdvanceForm(to=add_months(found.now.date(), 1).isoformat()))


@blueprint.post("/<test_clock_id>/advance")
@page("write:test_clocks")
def advance(test_clock_id: str) -> ResponseReturnValue:
    """Let time go by; answers when all that fell due is done."""
    form = AdvanceForm()
    save = partial(advance_clock, test_clock_id)
    if advanced := form.submit(save, in_stages=True):
        return _arrived(advanced)
    return _detail(get_clock(test_clock_id), form)


@blueprint.route("/<test_clock_id>/delete", methods=["GET", "POST"])
@page("write:test_clocks")
def delete(test_clock_id: str) -> ResponseReturnValue:
    """Ask once, then delete a clock on which nobody lives any more."""
    found = get_clock(test_clock_id)
    form = InputForm(revision=found.revision)
    if form.submit(lambda _: delete_clock(test_clock_id, form.expected_revision)):
        return done(gettext("%(name)s was deleted.", name=found.name), url_for(".index"))
    own = url_for(".detail", test_clock_id=found.id)
    return confirm_page(
        form,
        gettext("Delete %(name)s?", name=found.name),
        gettext("The clock leaves the list. This is possible once its customers are deleted."),
        document=found,
        button=gettext("Delete test clock"),
        trail=[(gettext("Test clocks"), url_for(".index")), (found.name, own)],
        danger=True,
    )


def _detail(found: Clock, form: AdvanceForm) -> ResponseReturnValue:
    return form_page(
        "test_clocks/detail.html",
        form,
        clock=found,
        customers=list_customers(test_clock_id=found.id, limit=20),
        events=timeline(object_id=found.id),
    )


def _arrived(advanced: Advanced) -> ResponseReturnValue:
    """Say what it brought, and what could not be done."""
    for message in list(dict.fromkeys(skip["message"] for skip in advanced.skips))[:3]:
        flash(gettext("Skipped: %(reason)s", reason=said(message)), "warning")
    made = gettext(
        "Invoices made: %(invoices)s, reminders: %(reminders)s.",
        invoices=quantity(advanced.invoices),
        reminders=quantity(advanced.reminders),
    )
    return done(made, url_for(".detail", test_clock_id=advanced.clock.id))
