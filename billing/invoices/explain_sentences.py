"""Pure: one readable sentence for each line of an invoice."""

from billing.database import Row
from billing.money import format_money

_SOURCES = {
    "plan": "the price of the plan",
    "subscription": "the price agreed for this subscription",
    "one_off": "the price entered on this invoice",
    "imported": "the price on the imported invoice",
}


def line_sentence(line: Row, why: Row, currency: str) -> str:
    """How the line's amount came about: `$12.00 (the price of the plan, version 1) = $12.00.`"""
    parts = [_priced(line, why, currency)]
    if why.get("full_amount") is not None:
        parts.append(_part(line, why, currency))
    elif why.get("days"):
        parts.append(f"for {_days(why['days'])}")
    if late := why.get("late_events"):
        events = "1 event" if late == 1 else f"{late:,} events"
        parts.append(f"with {events} that came after the period they belong to was billed")
    sentence = f"{', '.join(parts)}."
    return sentence[0].upper() + sentence[1:]


def _priced(line: Row, why: Row, currency: str) -> str:
    whole = line["amount"] if why.get("full_amount") is None else why["full_amount"]
    return f"{_product(line, why, currency)}{_source(why)} = {format_money(whole, currency)}"


def _product(line: Row, why: Row, currency: str) -> str:
    if steps := why.get("steps"):
        return "; ".join(_step(step, why.get("pricing_model"), currency) for step in steps)
    if line.get("unit_amount") is None:
        return str(why.get("calculation", ""))
    price = format_money(line["unit_amount"], currency)
    return price if why.get("pricing_model") == "flat" else f"{quantity(line)} × {price}"  # noqa: RUF001


def _step(step: Row, model: str | None, currency: str) -> str:
    if model == "percentage" and step["description"].endswith(" of the amount"):
        whole = format_money(step["quantity"], currency)
        return f"{step['description'].removesuffix('the amount')}{whole}"
    flat = step.get("flat_amount")
    extra = f" + {format_money(flat, currency)}" if flat else ""
    price = format_money(step["unit_amount"], currency)
    return f"{step['description']}: {quantity(step)} × {price}{extra}"  # noqa: RUF001


def _source(why: Row) -> str:
    source = _SOURCES.get(why.get("price_source") or "")
    if not source:
        return ""
    version = f", version {why['plan_version']}" if why.get("plan_version") else ""
    return f" ({source}{version})"


def _part(line: Row, why: Row, currency: str) -> str:
    back = "given back" if line["kind"] == "proration_credit" else "charged"
    coupon = " after the coupon" if why.get("after_coupon") is not None else ""
    part = f"{why['days']} of {_days(why['days_in_period'])}"
    return f"of which{coupon} {part} are {back}: {format_money(line['amount'], currency)}"


def quantity(row: Row) -> str:
    """A quantity for people, with thousands separated."""
    found = row["quantity"]
    return f"{found:,}" if isinstance(found, int) else str(found)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
