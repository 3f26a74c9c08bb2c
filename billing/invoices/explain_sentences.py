"""Pure: one readable sentence for each line of an invoice."""

from billing.database import Row
from billing.money import Money
from billing.phrases import Day, Number, Phrase, Series, Told
from billing.plans.step_words import step_phrase

_SOURCES = {
    "plan": Phrase("the price of the plan"),
    "subscription": Phrase("the price agreed for this subscription"),
    "one_off": Phrase("the price entered on this invoice"),
    "imported": Phrase("the price on the imported invoice"),
}
_OF_AMOUNT = " % of the amount"


class _Steps(Series):
    __slots__ = ()
    between = "; "


def line_sentence(line: Row, why: Row, currency: str) -> Phrase:
    """How the line's amount came about: `$12.00 (the price of the plan, version 1) = $12.00.`"""
    parts = [_priced(line, why, currency)]
    if why.get("full_amount") is not None:
        parts.append(_part(line, why, currency))
    elif why.get("days"):
        parts.append(_whole_period(why["days"]))
    if why.get("used_from"):
        parts.append(_part_of_usage(why))
    if late := why.get("late_events"):
        parts.append(_late(late))
    return Phrase("%(parts)s.", parts=Series(parts))


def calculation_phrase(text: str) -> Phrase:
    """The numbers of a calculation, which are kept with English words between them."""
    exact, _, amount = text.partition(", rounded half away from zero to ")
    if not amount:
        return Phrase(text)
    return Phrase(
        "%(exact)s, rounded half away from zero to %(amount)s", exact=exact, amount=amount
    )


def _priced(line: Row, why: Row, currency: str) -> Phrase:
    product = _product(line, why, currency)
    whole = line["amount"] if why.get("full_amount") is None else why["full_amount"]
    source, amount = _source(why), Money(whole, currency)
    if source is None:
        return Phrase("%(product)s = %(amount)s", product=product, amount=amount)
    return Phrase(
        "%(product)s (%(source)s) = %(amount)s", product=product, source=source, amount=amount
    )


def _product(line: Row, why: Row, currency: str) -> Told:
    if steps := why.get("steps"):
        return _Steps(_step(step, why.get("pricing_model"), currency) for step in steps)
    if line.get("unit_amount") is None:
        return calculation_phrase(str(why.get("calculation", "")))
    price = Money(line["unit_amount"], currency)
    if why.get("pricing_model") == "flat":
        return price
    return Phrase("%(quantity)s × %(price)s", quantity=quantity(line), price=price)  # noqa: RUF001


def _step(step: Row, model: str | None, currency: str) -> Phrase:
    words = step["description"]
    if model == "percentage" and words.endswith(_OF_AMOUNT):
        whole = Money(step["quantity"], currency)
        share = Number(words.removesuffix(_OF_AMOUNT))
        return Phrase("%(share)s %% of %(whole)s", share=share, whole=whole)
    product = Phrase(
        "%(what)s: %(quantity)s × %(price)s",  # noqa: RUF001
        what=step_phrase(words),
        quantity=quantity(step),
        price=Money(step["unit_amount"], currency),
    )
    if not (flat := step.get("flat_amount")):
        return product
    return Phrase("%(product)s + %(flat)s", product=product, flat=Money(flat, currency))


def _source(why: Row) -> Phrase | None:
    source = _SOURCES.get(why.get("price_source") or "")
    if source is None or not (version := why.get("plan_version")):
        return source
    return Phrase("%(source)s, version %(version)s", source=source, version=str(version))


def _part(line: Row, why: Row, currency: str) -> Phrase:
    is_back = line["kind"] == "proration_credit"
    if why.get("after_coupon") is None:
        template = Phrase(
            "of which %(days)s of %(whole)s days are given back: %(amount)s"
            if is_back
            else "of which %(days)s of %(whole)s days are charged: %(amount)s"
        )
    else:
        template = Phrase(
            "of which after the coupon %(days)s of %(whole)s days are given back: %(amount)s"
            if is_back
            else "of which after the coupon %(days)s of %(whole)s days are charged: %(amount)s"
        )
    amount = Money(line["amount"], currency)
    return Phrase(template, days=str(why["days"]), whole=why["days_in_period"], amount=amount)


def _whole_period(days: int) -> Phrase:
    return Phrase("for 1 day") if days == 1 else Phrase("for %(days)s days", days=days)


def _part_of_usage(why: Row) -> Phrase:
    return Phrase(
        "for what was used from %(first)s to %(last)s, on the terms of %(plan)s",
        first=Day(why["used_from"]),
        last=Day(why["used_through"]),
        plan=why["plan_name"],
    )


def _late(events: int) -> Phrase:
    if events == 1:
        return Phrase("with 1 event that came after the period they belong to was billed")
    return Phrase(
        "with %(events)s events that came after the period they belong to was billed",
        events=events,
    )


def quantity(row: Row) -> Told:
    """A quantity for people, with thousands separated."""
    found = row["quantity"]
    return found if isinstance(found, int) else Number(str(found))
