"""Forms of a customer's own pages."""

from wtforms import RadioField, SelectField, TextAreaField

from billing.payments.providers.fake import CARDS
from billing.self_service.change_team import ChangeMember, InviteMember
from billing.self_service.inputs import (
    FEEDBACK,
    ChangePlan,
    ChangeQuantity,
    EndSubscription,
    PayBy,
    SaveCard,
)
from portal.account.previews import ActForm
from portal.forms import InputForm, NumberField, TextField, options

_WHEN = options([("now", "Today"), ("period_end", "With the next period")])


class MethodForm(InputForm):
    model = SaveCard
    token = RadioField("Card", choices=options(CARDS.items()))


class PayForm(InputForm):
    model = PayBy
    method_id = RadioField("Pay with")


_TEAM_ROLES = options([("owner", "Owner"), ("viewer", "Viewer")])


class InviteForm(InputForm):
    model = InviteMember
    email = TextField("Email", render_kw={"type": "email", "autocomplete": "off"})
    customer_role = RadioField("Role", choices=_TEAM_ROLES)


class MemberForm(InputForm):
    model = ChangeMember
    customer_role = RadioField("Role", choices=_TEAM_ROLES)


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
