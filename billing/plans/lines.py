"""Pure: the lines that a plan's terms come to. Rows in, rows out; the engine adds their period.

`terms` is a row of `plan_versions`; rows older than a field are read as if it were left out.
"""

from collections.abc import Mapping
from decimal import Decimal

from billing.database import Row
from billing.money import format_money
from billing.plans.pricing import NO_USAGE, Priced, Usage, price_component, price_quantity
from billing.plans.tiers import number

_ONE_PRICE = frozenset({"flat", "per_unit"})


def advance_lines(terms: Row, quantity: int, price: int | str | None = None) -> list[Row]:
    """What a full period costs in advance: the plan's line and every charge in advance.

    A negotiated `price` stands in for the plan's own. Raises Invalid beyond what can be billed.
    """
    line = _plan_line(terms, quantity, price)
    charges = terms.get("charges")
    if not charges:
        return [line]
    return [line, *(_charge_line(terms, c, quantity) for c in charges if not c.get("meter"))]


def usage_lines(terms: Row, usage: Mapping[str, Usage]) -> list[Row]:
    """What `usage` (meter key → Usage; none where missing) costs, a line for each metered charge.

    Lines over nothing are left out; a first tier's flat amount is owed without any usage. Usage
    that was corrected to below nothing costs what none costs. Raises Invalid beyond what can be
    billed.
    """
    metered = (charge for charge in terms.get("charges") or () if charge.get("meter"))
    lines = [_usage_line(terms, charge, usage.get(charge["meter"], NO_USAGE)) for charge in metered]
    return [line for line in lines if line["amount"] or line["quantity"]]


def setup_fee_line(terms: Row) -> Row | None:
    """The setup fee, owed once with the first paid period; None without one."""
    fee = terms.get("setup_fee")
    if not fee:
        return None
    return _single(terms, "setup_fee", "Setup fee", price_quantity("flat", fee, 1))


def minimum_line(terms: Row, charged: int) -> Row | None:
    """What is missing from `charged`, a full period's amount, to the plan's minimum.

    None when nothing is missing or no minimum was agreed.
    """
    minimum = terms.get("minimum_amount") or 0
    missing = minimum - charged
    if missing <= 0:
        return None
    priced = Priced(missing, f"{minimum} - {charged} = {missing}")
    return _single(terms, "charge", "Minimum commitment", priced)


def unit_price(component: Row, currency: str) -> str:
    """The price in a few words: `$0.50`, `$10.00 per 100`, `by tiers`, `2.9 % + $0.30 each`."""
    match component["pricing_model"]:
        case "graduated" | "volume":
            return "by tiers"
        case "package":
            price = format_money(component["unit_amount"], currency)
            return f"{price} per {component['package_size']:,}"
        case "percentage":
            fee = component.get("fixed_amount")
            each = f" + {format_money(fee, currency)} each" if fee else ""
            return f"{component['percentage']} %{each}"
        case _:
            return format_money(component["unit_amount"], currency)


def _plan_line(terms: Row, quantity: int, negotiated: int | str | None) -> Row:
    price = terms["price"] if negotiated is None else negotiated
    model, currency = terms["pricing_model"], terms["currency"]
    if model in _ONE_PRICE:  # nearly every line of a run: nothing is copied for it
        priced, amount = price_quantity(model, price, quantity), price
        words = format_money(price, currency)
    else:
        component = {**terms, "unit_amount": price}
        priced, words = price_component(component, quantity), unit_price(component, currency)
        amount = _unit_amount(component, priced)
    return _line(
        terms,
        priced,
        kind="plan",
        description=terms["name"],
        quantity=quantity,
        model=model,
        unit_amount=amount,
        words=words,
        source="plan" if negotiated is None else "subscription",
    )


def _charge_line(terms: Row, charge: Row, quantity: int) -> Row:
    priced = price_component(charge, quantity)
    return _component_line(terms, charge, priced, "charge", quantity)


def _usage_line(terms: Row, charge: Row, usage: Usage) -> Row:
    value = max(usage.value, Decimal(0))
    priced = price_component(charge, value, events=usage.events)
    line = _component_line(terms, charge, priced, "usage", number(value))
    line["explanation"] |= {"meter": charge["meter"], "events": usage.events}
    return line


def _component_line(terms: Row, charge: Row, priced: Priced, kind: str, quantity: int | str) -> Row:
    line = _line(
        terms,
        priced,
        kind=kind,
        description=charge["name"],
        quantity=quantity,
        model=charge["pricing_model"],
        unit_amount=_unit_amount(charge, priced),
        words=unit_price(charge, terms["currency"]),
    )
    line["explanation"]["charge"] = charge["key"]
    return line


def _single(terms: Row, kind: str, description: str, priced: Priced) -> Row:
    return _line(
        terms,
        priced,
        kind=kind,
        description=description,
        quantity=1,
        model="flat",
        unit_amount=priced.amount,
        words=format_money(priced.amount, terms["currency"]),
    )


def _unit_amount(component: Row, priced: Priced) -> int | str | None:
    """The price of a unit; None where the amount is not the quantity times one price."""
    found: int | str | None = None
    if component["pricing_model"] in _ONE_PRICE:
        found = component["unit_amount"]
    elif component["pricing_model"] == "volume" and not priced.steps[0]["flat_amount"]:
        found = priced.steps[0]["unit_amount"]
    return found


def _line(
    terms: Row,
    priced: Priced,
    *,
    kind: str,
    description: str,
    quantity: int | str,
    model: str,
    unit_amount: int | str | None,
    words: str,
    source: str = "plan",
) -> Row:
    explanation: Row = {
        "price_source": source,
        "plan_version": terms["version"],
        "pricing_model": model,
        "unit_price": words,
        "calculation": priced.calculation,
    }
    if priced.steps:
        explanation["steps"] = priced.steps
    return {
        "kind": kind,
        "description": description,
        "quantity": quantity,
        "unit_amount": unit_amount,
        "amount": priced.amount,
        "plan_id": terms["plan_id"],
        "tax_rate_ids": [],
        "discount_amount": 0,
        "tax_amount": 0,
        "explanation": explanation,
    }
