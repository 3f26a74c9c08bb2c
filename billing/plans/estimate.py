"""What a full period of a plan would cost, from the same lines that invoices are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from billing.database import Row
from billing.errors import FieldError, Invalid
from billing.phrases import Phrase
from billing.plans.inputs import EstimatePlan
from billing.plans.lines import advance_lines, minimum_line, setup_fee_line, usage_lines
from billing.plans.pricing import Usage
from billing.plans.queries import get_plan, get_terms


@dataclass(frozen=True, slots=True)
class Estimate:
    """A full period: `lines` sum to `amount`, in smallest units, before coupons and taxes.

    `setup_fee` comes on top of it once, on the first invoice.
    """

    terms: Row
    quantity: int
    lines: list[Row]
    amount: int
    setup_fee: int


def estimate_plan(plan_id: str, data: EstimatePlan) -> Estimate:
    """Price a quantity and usage on a plan; writes nothing.

    Raises PlanNotFound for an unknown plan or version, and Invalid for usage of a meter that no
    charge of it has or for more than an invoice can bear.
    """
    version = get_plan(plan_id).version if data.version is None else data.version
    terms = get_terms(plan_id, version)
    _check_meters(terms, data)
    return estimate_terms(terms, data.quantity, usage_of(data))


def estimate_terms(terms: Row, quantity: int, usage: Mapping[str, Usage]) -> Estimate:
    """Pure: the estimate of a row of `plan_versions`. Raises Invalid for too large an amount."""
    lines = [*advance_lines(terms, quantity), *usage_lines(terms, usage)]
    missing = minimum_line(terms, sum(line["amount"] for line in lines))
    lines += [missing] if missing else []
    fee = setup_fee_line(terms)
    return Estimate(
        terms=terms,
        quantity=quantity,
        lines=lines,
        amount=sum(line["amount"] for line in lines),
        setup_fee=fee["amount"] if fee else 0,
    )


def usage_of(data: EstimatePlan) -> dict[str, Usage]:
    """The usage by meter; what is above nothing came from one event unless told otherwise."""
    found = {}
    for meter in data.usage.keys() | data.events.keys():
        value = Decimal(data.usage.get(meter, 0))
        found[meter] = Usage(value, data.events.get(meter, 1 if value else 0))
    return found


def _check_meters(terms: Row, data: EstimatePlan) -> None:
    known = {charge["meter"] for charge in terms.get("charges") or () if charge["meter"]}
    errors = [
        FieldError(f"{name}.{meter}", Phrase("is no meter that a charge of this plan has"))
        for name, given in (("usage", data.usage), ("events", data.events))
        for meter in given
        if meter not in known
    ]
    if errors:
        raise Invalid("Some fields are not valid.", errors=errors)
