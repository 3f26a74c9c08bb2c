"""The plan form. Prices are typed in major units."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, Form, SelectField, TextAreaField

from billing.database import Row
from billing.money import to_major
from billing.periods import BILLING_CYCLES
from billing.plans.inputs import PlanInput
from portal.customers.forms import CURRENCY_CHOICES, PairForm
from portal.forms import (
    DecimalField,
    InputForm,
    MoneyField,
    NumberField,
    RowsField,
    TextField,
    choices,
    options,
)

MODELS = [
    ("flat", lazy("Flat: the price once")),
    ("per_unit", lazy("Per unit: times the quantity")),
    ("graduated", lazy("Graduated: the units of each tier at its price")),
    ("volume", lazy("Volume: all units at the price of the tier reached")),
    ("package", lazy("Package: for each package begun")),
]
# What each model takes of the fields that not all of them take.
_TAKES = {
    "flat": {"price", "unit_amount"},
    "per_unit": {"price", "unit_amount"},
    "graduated": {"tiers"},
    "volume": {"tiers"},
    "package": {"price", "unit_amount", "package_size"},
    "percentage": {"percentage", "fixed_amount"},
}
_CHOOSY = set().union(*_TAKES.values())
_MONEY = ("price", "setup_fee", "minimum_amount", "unit_amount", "fixed_amount", "flat_amount")


class FeatureForm(Form):
    key = TextField("Key")
    name = TextField("Name")
    enabled = BooleanField(lazy("Included"), default=True)


class LimitForm(Form):
    key = TextField("What is limited")
    value = NumberField("Limit (blank = unlimited)")


class TierForm(Form):
    up_to = NumberField("Up to")
    unit_amount = MoneyField(lazy("Unit price"), finer=True)
    flat_amount = MoneyField(lazy("Flat amount"))


class ChargeForm(Form):
    name = TextField("Name")
    key = TextField("Key")
    meter = TextField("Meter")
    pricing_model = SelectField("Pricing", choices=choices(_TAKES))
    unit_amount = MoneyField(lazy("Price"), finer=True)
    package_size = NumberField("Units in a package")
    percentage = DecimalField("Percentage", parted=False)
    fixed_amount = MoneyField(lazy("Fee for each event"), finer=True)
    tiers = RowsField(TierForm, "Tiers", max_entries=110)


class PlanForm(InputForm):
    model = PlanInput
    name = TextField("Name")
    description = TextAreaField("Description")
    tier = TextField("Tier")
    status = SelectField("Status", choices=choices(["active", "draft"]))
    pricing_model = SelectField("Pricing", choices=options(MODELS))
    price = MoneyField(lazy("Price"), finer=True)
    package_size = NumberField("Units in a package")
    tiers = RowsField(TierForm, "Tiers")
    currency = SelectField("Currency", choices=CURRENCY_CHOICES)
    billing_cycle = SelectField("Billed", choices=choices(BILLING_CYCLES))
    interval_count = NumberField("Every")
    setup_fee = MoneyField(lazy("Setup fee"))
    trial_days = NumberField("Free trial")
    minimum_amount = MoneyField(lazy("Minimum a period"))
    charges = RowsField(ChargeForm, "Further charges", min_entries=0, max_entries=60)
    features = RowsField(FeatureForm, "Features")
    limits = RowsField(LimitForm, "Limits", pairs=True)
    self_service = BooleanField(lazy("Customers may change to it by themselves"))
    metadata = RowsField(PairForm, "Metadata", pairs=True, min_entries=0)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.price.flags.required = False  # tiers have none, and browsers insist on hidden fields

    def shown(self, values: Row) -> Row:
        """Amounts as they are typed; what is nothing and need not be said is blank."""
        currency = values["currency"]
        shown = _typed(values, currency)
        shown["charges"] = [_typed(charge, currency) for charge in values["charges"]]
        blank = {"setup_fee", "trial_days", "minimum_amount"}
        blank |= {"price"} if shown["tiers"] else set()
        return {n: "" if n in blank and not values[n] else v for n, v in shown.items()}

    def meant(self, values: Row) -> Row:
        """Only what the chosen pricing model takes: the rest is hidden and left as it was."""
        charges = [_taken(charge) for charge in values["charges"]]
        found = {**_taken(values), "charges": charges}
        return found if "price" in found else {**found, "price": 0}


def _typed(values: Row, currency: str) -> Row:
    """A plan's, a charge's or a tier's amounts in major units."""
    amounts = {n: to_major(values[n], currency) for n in _MONEY if values.get(n) is not None}
    shown = {**values, **amounts}
    if "tiers" in values:
        shown["tiers"] = [_typed(tier, currency) for tier in values["tiers"]]
    return shown


def _taken(values: Row) -> Row:
    takes = _TAKES.get(values.get("pricing_model") or "flat", _CHOOSY)
    return {name: value for name, value in values.items() if name not in _CHOOSY - takes}
