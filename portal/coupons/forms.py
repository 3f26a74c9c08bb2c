"""The coupon forms. What a coupon gives is asked for once, when it is made."""

from wtforms import SelectField

from billing.coupons.inputs import CouponInput
from billing.plans.queries import list_plans, plan_names
from portal.customers.forms import CURRENCY_CHOICES
from portal.forms import (
    BoxesField,
    DateField,
    InputForm,
    MoneyField,
    NumberField,
    TextField,
    choices,
    options,
)

_DURATIONS = options(
    [
        ("once", "Once: the next invoice"),
        ("repeating", "Repeating: a number of invoices"),
        ("forever", "Forever: every invoice"),
    ]
)


def _offered() -> list[tuple[str, str]]:
    return [(row["_id"], row["name"]) for row in list_plans(status="active", limit=100).items]


def _names(ids: set[str]) -> list[tuple[str, str]]:
    return list(plan_names(list(ids)).items())


class CouponForm(InputForm):
    model = CouponInput
    name = TextField("Name")
    redeem_by = DateField("Last day to redeem")
    max_redemptions = NumberField("Most redemptions")
    plan_ids = BoxesField("Only for these plans", _offered, _names)
    status = SelectField("Status", choices=choices(["active", "archived"]))


class NewCouponForm(InputForm):
    model = CouponInput
    code = TextField("Code")
    name = TextField("Name")
    percent_off = TextField("Percentage off")
    amount_off = MoneyField("Amount off")
    currency = SelectField("Currency", choices=options([("", "None")]) + CURRENCY_CHOICES)
    duration = SelectField("Counts for", choices=_DURATIONS)
    duration_cycles = NumberField("Number of invoices")
    redeem_by = DateField("Last day to redeem")
    max_redemptions = NumberField("Most redemptions")
    plan_ids = BoxesField("Only for these plans", _offered, _names)
