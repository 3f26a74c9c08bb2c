"""What a mapping file may say. `docs/import.md` explains it with an example."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from billing.addresses import AddressInput
from billing.customers.inputs import CustomerInput, PreferencesInput
from billing.imports.amounts import as_price, exact_number, from_major
from billing.inputs import Input, Key, ObjectId, Prose
from billing.plans.inputs import PlanInput
from billing.subscriptions.inputs import SubscriptionInput

PLACEHOLDER = re.compile(r"\{([^{}|]+)(\|lower)?\}")

_NESTED: dict[str, type[Input]] = {
    "address": AddressInput,
    "billing_address": AddressInput,
    "preferences": PreferencesInput,
}
CUSTOMER_FIELDS = (
    CustomerInput.model_fields.keys() - {*_NESTED, "contacts", "tax_ids", "metadata"}
) | {f"{name}.{part}" for name, model in _NESTED.items() for part in model.model_fields}
SUBSCRIPTION_FIELDS = SubscriptionInput.model_fields.keys() - {
    *("customer_id", "plan_id", "metadata"),
    *("coupon", "billing_anchor"),  # which an import would have to redeem and to place
} | {"plan"}
_REQUIRED = {"customer": ("external_id", "name", "email"), "subscription": ("plan", "start_date")}


class Source(Input):
    """Where a field's value comes from: a column, a fixed value or a template."""

    column: str | None = None
    value: bool | int | date | str | None = None
    template: str | None = None
    """Text with columns in braces, `{Name}` or `{Name|lower}`."""
    values: dict[str, bool | int | str] | None = None
    """A table from what the column says to what is meant; anything else is a problem."""
    money: Literal["major", "minor"] | None = None
    """`major`: 29.85 means 29 dollars and 85 cents; `minor`: 2985 does."""
    minus_months: str | None = None
    """The column that says how many months to go back from the date."""
    date_format: str | None = None
    """As in strptime, such as %d.%m.%Y; ISO (2026-01-31) where left out."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.column, self.value, self.template)) != 1:
            raise ValueError("needs exactly one of column, value and template")
        return self

    @property
    def columns(self) -> list[str]:
        """The columns it reads."""
        inside = [found[0] for found in PLACEHOLDER.findall(self.template or "")]
        return [name for name in (self.column, *inside, self.minus_months) if name]


class FileFormat(Input):
    """How the file is written."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    remove_suffix: dict[str, str] = {}
    """By column: what is cut off the end of its cells, such as the .0 of a number that is a key."""


class Cancellation(Input):
    """Who has left, when and why. Without `when`, whoever has a date has left."""

    when: Source | None = None
    date: Source
    reason: Source | None = None


class Reconcile(Input):
    """What the invoices of each row must come to: its `periods` times its price."""

    periods: str
    """The column with the number of elapsed periods."""
    before: date
    """Only invoices for periods that begin before this date count."""
    stated_total: str | None = None
    """A column in which the file itself states a total, to compare with (major units)."""


class NewPlan(PlanInput):
    """A plan that the first import makes; its price is text in major units, "49.00"."""

    @model_validator(mode="before")
    @classmethod
    def _price_in_major_units(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("price"), str):
            exact = from_major(exact_number(values["price"]), str(values.get("currency")))
            return {**values, "price": as_price(exact)}
        return values


class ExistingPlan(Input):
    """A plan that is there already."""

    id: ObjectId


def _plan_tag(values: Any) -> str:
    """Which of the two is meant; the brackets keep the tag out of the paths of errors."""
    return "[existing]" if isinstance(values, dict) and "id" in values else "[new]"


MappedPlan = Annotated[
    Annotated[ExistingPlan, Tag("[existing]")] | Annotated[NewPlan, Tag("[new]")],
    Discriminator(_plan_tag),
]


class Mapping(Input):
    """A whole mapping file. `customer` and `subscription` map dotted fields to their sources."""

    name: Key
    kind: Literal["subscribers"] = "subscribers"
    description: Prose | None = None
    file: FileFormat = FileFormat()
    customer: dict[str, Source]
    subscription: dict[str, Source]
    cancellation: Cancellation | None = None
    plans: Annotated[dict[Key, MappedPlan], Field(min_length=1)]
    reconcile: Reconcile | None = None

    @model_validator(mode="after")
    def _known_and_complete(self) -> Self:
        for part, known in (("customer", CUSTOMER_FIELDS), ("subscription", SUBSCRIPTION_FIELDS)):
            given = getattr(self, part).keys()
            if unknown := {n for n in given - known if not n.startswith("metadata.")}:
                raise ValueError(f"{part} has no field {', '.join(sorted(unknown))}")
            if missing := [name for name in _REQUIRED[part] if name not in given]:
                raise ValueError(f"{part} needs {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _plans_exist(self) -> Self:
        source = self.subscription["plan"]
        named = list((source.values or {}).values()) if source.column else [source.value]
        if unknown := {str(name) for name in named} - self.plans.keys():
            raise ValueError(f"subscription.plan names no plan of [plans]: {sorted(unknown)}")
        return self

    @property
    def columns(self) -> list[str]:
        """Every column that an import reads, each once, in order."""
        sources = [*self.customer.values(), *self.subscription.values()]
        if rule := self.cancellation:
            sources += [source for source in (rule.when, rule.date, rule.reason) if source]
        return list(dict.fromkeys(name for source in sources for name in source.columns))
