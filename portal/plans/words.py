"""Prices in words, for the pages about plans."""

from flask_babel import gettext

from billing.database import Row
from portal.values import money, percentage, quantity


def price_of(plan: Row) -> str:
    """A plan's base price, or a version's, in a few words; `plan` is a row of either."""
    return unit_price({**plan, "unit_amount": plan["price"]}, plan["currency"])


def unit_price(component: Row, currency: str) -> str:
    """The price in a few words: `$0.50`, `$10.00 per 100`, `by tiers`, `2.9 % + $0.30 each`."""
    match component["pricing_model"]:
        case "graduated" | "volume":
            return str(gettext("by tiers"))
        case "package":
            price, size = money(component["unit_amount"], currency), component["package_size"]
            return str(gettext("%(price)s per %(size)s", price=price, size=quantity(size)))
        case "percentage":
            fee = component.get("fixed_amount")
            each = gettext(" + %(fee)s each", fee=money(fee, currency)) if fee else ""
            return f"{percentage(component['percentage'])}{each}"
        case _:
            return money(component["unit_amount"], currency)


def price_lines(plan: Row) -> list[Row]:
    """Every price of a plan or of a version: rows {name, when, prices}."""
    currency = plan["currency"]
    base = {**plan, "unit_amount": plan["price"]}
    found = [_line(plan["name"], gettext("In advance"), base, currency)]
    for charge in plan.get("charges") or ():
        meter = charge["meter"]
        when = gettext("On %(meter)s, in arrears", meter=meter) if meter else gettext("In advance")
        found.append(_line(charge["name"], when, charge, currency))
    if fee := plan.get("setup_fee"):
        when = gettext("Once, on the first invoice")
        found.append(_once(gettext("Setup fee"), when, money(fee, currency)))
    if minimum := plan.get("minimum_amount"):
        text = gettext("%(amount)s at least", amount=money(minimum, currency))
        found.append(_once(gettext("Minimum"), gettext("Each full period, afterwards"), text))
    return found


def component_in_words(component: Row, currency: str) -> list[str]:
    """What a component charges, a sentence for each tier."""
    model = component["pricing_model"]
    if model in {"graduated", "volume"}:
        return _tiers_in_words(component, currency)
    if model == "percentage":
        return [_share_in_words(component, currency)]
    price = money(component["unit_amount"], currency)
    if model == "per_unit":
        return [gettext("%(price)s a unit", price=price)]
    if model == "package":
        size = quantity(component.get("package_size") or 0)
        return [gettext("%(price)s for each %(size)s units begun", price=price, size=size)]
    return [price]


def _share_in_words(component: Row, currency: str) -> str:
    share, fee = percentage(component["percentage"]), component.get("fixed_amount")
    if not fee:
        return str(gettext("%(share)s of the amount", share=share))
    return str(
        gettext(
            "%(share)s of the amount, plus %(fee)s for each event",
            share=share,
            fee=money(fee, currency),
        )
    )


def _tiers_in_words(component: Row, currency: str) -> list[str]:
    is_volume = component["pricing_model"] == "volume"
    every = gettext("for all units") if is_volume else gettext("a unit")
    said, below = [], 0
    for tier in component["tiers"]:
        price = f"{money(tier['unit_amount'], currency)} {every}"
        flat = tier["flat_amount"]
        once = gettext(", plus %(amount)s", amount=money(flat, currency)) if flat else ""
        said.append(f"{_band(below, tier['up_to'])}: {price}{once}")
        below = tier["up_to"] or 0
    return said


def _band(below: int, most: int | None) -> str:
    """The quantities a tier is for: `Above 10 up to 20`."""
    told = {"below": quantity(below), "most": quantity(most or 0)}
    if most is None:
        return str(gettext("Above %(below)s", **told) if below else gettext("Any quantity"))
    if not below:
        return str(gettext("Up to %(most)s", **told))
    return str(gettext("Above %(below)s up to %(most)s", **told))


def _line(name: str, when: str, component: Row, currency: str) -> Row:
    prices = component_in_words(component, currency)
    return {"name": name, "when": when, "model": component["pricing_model"], "prices": prices}


def _once(name: str, when: str, text: str) -> Row:
    return {"name": name, "when": when, "model": None, "prices": [text]}
