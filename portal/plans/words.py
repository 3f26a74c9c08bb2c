"""Prices in words, for the pages about plans."""

from billing.database import Row
from billing.plans.lines import unit_price
from billing.plans.tiers import band
from portal.template_helpers import money


def price_of(plan: Row) -> str:
    """A plan's base price, or a version's, in a few words; `plan` is a row of either."""
    return unit_price({**plan, "unit_amount": plan["price"]}, plan["currency"])


def price_lines(plan: Row) -> list[Row]:
    """Every price of a plan or of a version: rows {name, when, prices}."""
    currency = plan["currency"]
    base = {**plan, "unit_amount": plan["price"]}
    found = [_line(plan["name"], "In advance", base, currency)]
    for charge in plan.get("charges") or ():
        when = f"On {charge['meter']}, in arrears" if charge["meter"] else "In advance"
        found.append(_line(charge["name"], when, charge, currency))
    if fee := plan.get("setup_fee"):
        found.append(_once("Setup fee", "Once, on the first invoice", money(fee, currency)))
    if minimum := plan.get("minimum_amount"):
        text = f"{money(minimum, currency)} at least"
        found.append(_once("Minimum", "Each full period, afterwards", text))
    return found


def component_in_words(component: Row, currency: str) -> list[str]:
    """What a component charges, a sentence for each tier."""
    model = component["pricing_model"]
    if model in {"graduated", "volume"}:
        return _tiers_in_words(component, currency)
    if model == "percentage":
        fee = component.get("fixed_amount")
        each = f", plus {money(fee, currency)} for each event" if fee else ""
        return [f"{component['percentage']} % of the amount{each}"]
    price = money(component["unit_amount"], currency)
    size = component.get("package_size") or 0
    return [
        {
            "flat": price,
            "per_unit": f"{price} a unit",
            "package": f"{price} for each {size:,} units begun",
        }[model]
    ]


def _tiers_in_words(component: Row, currency: str) -> list[str]:
    every = "for all units" if component["pricing_model"] == "volume" else "a unit"
    said, below = [], 0
    for tier in component["tiers"]:
        price = f"{money(tier['unit_amount'], currency)} {every}"
        once = f", plus {money(tier['flat_amount'], currency)}" if tier["flat_amount"] else ""
        said.append(f"{band(below, tier).capitalize()}: {price}{once}")
        below = tier["up_to"] or 0
    return said


def _line(name: str, when: str, component: Row, currency: str) -> Row:
    prices = component_in_words(component, currency)
    return {"name": name, "when": when, "model": component["pricing_model"], "prices": prices}


def _once(name: str, when: str, text: str) -> Row:
    return {"name": name, "when": when, "model": None, "prices": [text]}
