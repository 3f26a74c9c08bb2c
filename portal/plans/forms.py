"""The plan form. Prices are typed in major units."""

from typing import Any

from wtforms import BooleanField, Form, SelectField, TextAreaField

from billing.money import to_major
from billing.periods import BILLING_CYCLES
from billing.plans.inputs import PlanInput
from portal.customers.forms import CURRENCY_CHOICES, PairForm
from portal.forms import InputForm, MoneyField, NumberField, RowsField, TextField, choices, options


class FeatureForm(Form):
    key = TextField("Key")
    name = TextField("Name")
    enabled = BooleanField("Included", default=True)


class LimitForm(Form):
    key = TextField("What is limited")
    value = NumberField("Limit (blank = unlimited)")


class PlanForm(InputForm):
    model = PlanInput
    name = TextField("Name")
    description = TextAreaField("Description")
    tier = TextField("Tier")
    status = SelectField("Status", choices=choices(["active", "draft"]))
    pricing_model = SelectField(
        "Pricing",
        choices=options(
            [("flat", "Flat: the price once"), ("per_unit", "Per unit: times the quantity")]
        ),
    )
    price = MoneyField("Price", finer=True)
    currency = SelectField("Currency", choices=CURRENCY_CHOICES)
    billing_cycle = SelectField("Billed", choices=choices(BILLING_CYCLES))
    interval_count = NumberField("Every")
    features = RowsField(FeatureForm, "Features")
    limits = RowsField(LimitForm, "Limits", pairs=True)
    metadata = RowsField(PairForm, "Metadata", pairs=True, min_entries=0)

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """The price as it is typed; an archived plan can only be put back on sale."""
        return {**values, "price": to_major(values["price"], values["currency"])}
