"""The coupon forms. What a coupon gives is asked for once, when it is made."""

from flask_babel import lazy_gettext as lazy
from wtforms import SelectField

from billing.coupons.inputs import CouponInput
from billing.plans.queries import list_plans, plan_names
from portal.customers.forms import CURRENCY_CHOICES
from portal.forms import (
    BoxesField,
    DateField,
    DecimalField,
    InputForm,
    MoneyField,
    NumberField,
    TextField,
    choices,
    options,
)

_DURATIONS = options(
    [
        ("once", lazy("Once: the next invoice")),
        ("repeating", lazy("Repeating: a number of invoices")),
        ("forever", lazy("Forever: every invoice")),
    ]
)


def _offered() -> list[tuple[str, str]]:
    return [(row["_id"], row["name"]) for row in list_plans(status="active", limit=100).items]


def _names(ids: set[str]) -> list[tuple[str, str]]:
    return list(plan_names(list(ids)).items())


class CouponForm(InputForm):
    model = CouponInput
    name = TextField("Name")
    redeem_by = DateField(lazy("Last day to redeem"))
    max_redemptions = NumberField("Most redemptions")
    plan_ids = BoxesField(lazy("Only for these plans"), _offered, _names)
    status = SelectField("Status", choices=choices(["active", "archived"]))


class NewCouponForm(InputForm):
    model = CouponInput
    code = TextField("Code")
    name = TextField("Name")
    percent_off = DecimalField("Percentage off", parted=False)
    amount_off = MoneyField(lazy("Amount off"))
    currency = SelectField("Currency", choices=options([("", lazy("None"))]) + CURRENCY_CHOICES)
    duration = SelectField("Counts for", choices=_DURATIONS)
    duration_cycles = NumberField("Number of invoices")
    redeem_by = DateField(lazy("Last day to redeem"))
    max_redemptions = NumberField("Most redemptions")
    plan_ids = BoxesField(lazy("Only for these plans"), _offered, _names)
