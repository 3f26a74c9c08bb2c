"""Forms about subscriptions. A negotiated price is typed in the plan's currency."""

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, TextAreaField

from billing.money import to_major
from billing.plans.queries import find_plan
from billing.subscriptions.inputs import (
    CancelSubscription,
    SubscriptionChange,
    SubscriptionInput,
)
from portal.forms import DateField, InputForm, MoneyField, NumberField, options


class PlanCurrency(InputForm):
    """Amounts are in the currency of the plan that is chosen."""

    @property
    def amounts_in(self) -> str:
        plan = find_plan(self["plan_id"].data or "")
        return plan.currency if plan else "USD"


class SubscribeForm(PlanCurrency):
    model = SubscriptionInput
    customer_id = HiddenField("Customer")
    plan_id = SelectField("Plan")
    quantity = NumberField("Quantity")
    price = MoneyField("Negotiated price", finer=True)
    start_date = DateField("Start date")


class ChangeForm(PlanCurrency):
    model = SubscriptionChange
    plan_id = SelectField("Plan")
    quantity = NumberField("Quantity")
    price = MoneyField("Negotiated price", finer=True)

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """A negotiated price as it is typed."""
        plan = find_plan(values["plan_id"])
        if values["price"] is None or plan is None:
            return values
        return {**values, "price": to_major(values["price"], plan.currency)}


class CancelForm(InputForm):
    model = CancelSubscription
    when = RadioField(
        "When", choices=options([("period_end", "At the end of the paid period"), ("now", "Today")])
    )
    reason = TextAreaField("Reason")
