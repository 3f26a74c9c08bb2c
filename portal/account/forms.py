"""Forms of a customer's own pages."""

from wtforms import RadioField, SelectField, TextAreaField

from billing.self_service.inputs import (
    FEEDBACK,
    ChangePlan,
    ChangeQuantity,
    EndSubscription,
)
from portal.account.previews import ActForm
from portal.forms import NumberField, options

_WHEN = options([("now", "Today"), ("period_end", "With the next period")])


class SeatsForm(ActForm):
    model = ChangeQuantity
    quantity = NumberField("Seats")
    effective = RadioField("When", choices=_WHEN)


class PlanForm(ActForm):
    model = ChangePlan
    plan_id = RadioField("Plan")
    quantity = NumberField("Seats")
    effective = RadioField("When", choices=_WHEN)


class EndForm(ActForm):
    model = EndSubscription
    feedback = SelectField(
        "Why do you leave?", choices=options([("", "Rather not say"), *FEEDBACK.items()])
    )
    comment = TextAreaField("Anything that would have kept you?", render_kw={"rows": 3})
