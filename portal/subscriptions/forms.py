"""Forms about subscriptions. A negotiated price is typed in the plan's currency."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import Form, FormField, HiddenField, RadioField, SelectField, TextAreaField

from billing.money import to_major
from billing.plans.queries import find_plan
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    ResumeSubscription,
    SubscriptionChange,
    SubscriptionInput,
)
from portal.forms import DateField, InputForm, MoneyField, NumberField, TextField, options

_WHEN = options([("now", lazy("Today")), ("period_end", lazy("With the next period"))])
_SETTLING = options(
    [
        ("", lazy("As usual: what the settings say of such a change")),
        ("create_prorations", lazy("Settle it with the next invoice")),
        ("always_invoice", lazy("Invoice the difference at once")),
        ("none", lazy("Neither credit nor charge it")),
    ]
)


class PlanCurrency(InputForm):
    """Amounts are in the currency of the plan that is chosen."""

    @property
    def amounts_in(self) -> str:
        plan = find_plan(self["plan_id"].data or "")
        return plan.currency if plan else "USD"


class AnchorForm(Form):
    day = NumberField("Periods begin on day")


class SubscribeForm(PlanCurrency):
    model = SubscriptionInput
    customer_id = HiddenField("Customer")
    plan_id = SelectField("Plan")
    quantity = NumberField("Quantity")
    price = MoneyField(lazy("Negotiated price"), finer=True)
    start_date = DateField(lazy("Start date"))
    end_date = DateField(lazy("End date"))
    trial_days = NumberField("Trial days")
    billing_anchor = FormField(AnchorForm, "Periods begin on day")
    coupon = TextField("Coupon")


class ChangeForm(PlanCurrency):
    model = SubscriptionChange
    plan_id = SelectField("Plan")
    quantity = NumberField("Quantity")
    price = MoneyField(lazy("Negotiated price"), finer=True)
    coupon = TextField("Coupon")
    effective = RadioField(
        "When",
        choices=_WHEN,
    )
    proration_behavior = SelectField(
        "The rest of the running period",
        choices=_SETTLING,
    )

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """A negotiated price as it is typed."""
        plan = find_plan(values["plan_id"])
        if values["price"] is None or plan is None:
            return values
        return {**values, "price": to_major(values["price"], plan.currency)}


_CREDIT = options([("credit", lazy("Give it back as credit")), ("none", lazy("Give nothing back"))])


class PauseForm(InputForm):
    model = PauseSubscription
    starts_on = DateField(lazy("From"))
    resumes_on = DateField(lazy("Goes on"))
    proration = RadioField("What is paid for the paused days", choices=_CREDIT)


class ResumeForm(InputForm):
    model = ResumeSubscription
    resumes_on = DateField(lazy("Goes on"))


class CancelForm(InputForm):
    model = CancelSubscription
    when = RadioField("When")
    proration = RadioField("The rest of the paid period, when it ends today", choices=_CREDIT)
    reason = TextAreaField("Reason", render_kw={"rows": 2})
