"""Moving a plan's subscribers to one of its versions."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as lazy
from wtforms import HiddenField, RadioField, SelectField

from billing.changes.move_subscribers import MoveSubscribers, move_subscribers, preview_move
from billing.plans.queries import get_plan, plan_versions
from portal.access import page
from portal.answers import done, form_page
from portal.forms import InputForm, options
from portal.values import quantity

_WHEN = options([("period_end", lazy("At the end of each one's period")), ("now", lazy("Today"))])
_SETTLING = options(
    [
        ("", lazy("As usual for such a change")),
        ("create_prorations", lazy("Credit and charge with the next invoice")),
        ("always_invoice", lazy("Credit and charge now")),
        ("none", lazy("Neither credit nor charge")),
    ]
)


class MoveForm(InputForm):
    model = MoveSubscribers
    version = HiddenField("Version")
    effective = RadioField(
        "When",
        choices=_WHEN,
    )
    proration_behavior = SelectField(
        "The rest of the running period",
        choices=_SETTLING,
    )


def add_to(blueprint: Blueprint) -> None:
    """Put the page on the feature's blueprint."""
    blueprint.add_url_rule("/<plan_id>/move/<int:version>", "move", move, methods=["GET", "POST"])


@page("write:subscriptions")
def move(plan_id: str, version: int) -> ResponseReturnValue:
    """Show who would be moved and what that comes to, then do it."""
    plan = get_plan(plan_id)
    terms = next((row for row in plan_versions(plan_id) if row["version"] == version), None)
    if terms is None:
        abort(404)
    form = MoveForm(version=version, effective="period_end")
    if moved := form.submit(lambda data: move_subscribers(plan_id, data), in_stages=True):
        said = _said(moved.subscribers, len(moved.refused))
        return done(said, url_for(".detail", plan_id=plan_id))
    return form_page(
        "plans/move.html",
        form,
        plan=plan,
        terms=terms,
        foreseen=preview_move(plan_id, MoveSubscribers(version=version)),
    )


def _said(moved: int, refused: int) -> str:
    number = quantity(refused)
    rest = gettext(", %(number)s could not be", number=number) if refused else ""
    return str(
        ngettext(
            "%(count)s subscriber was moved%(rest)s.",
            "%(count)s subscribers were moved%(rest)s.",
            moved,
            count=quantity(moved),
            rest=rest,
        )
    )
