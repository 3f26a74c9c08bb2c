"""Pure: the sums of an invoice, one after the other, each with a sentence."""

from typing import Any

from billing.database import Row
from billing.money import Money
from billing.phrases import Number, Phrase, Series, Told

Step = dict[str, Any]

_OF_COUPON = ("coupon_id", "code", "percent_off", "amount_off")
_OF_TAX = ("tax_rate_id", "percentage", "inclusive", "taxable_amount")
_NONE = dict.fromkeys((*_OF_COUPON, "discountable_amount", *_OF_TAX))


class _Terms(Series):
    __slots__ = ()
    between = " "


def explain_totals(row: Row) -> list[Step]:
    """Subtotal, each coupon, each tax rate, total, then what was settled, down to what is due.

    A step is {name, amount, sentence} and, of a coupon and a tax, what it was computed from.
    """
    subtotal = Money(row["subtotal"], row["currency"])
    told = Phrase("The lines add up to %(amount)s.", amount=subtotal)
    steps = [_step("subtotal", told, row["subtotal"])]
    steps += _discounts(row)
    steps += [_tax(row, each) for each in row.get("taxes") or []]
    if note := row.get("legal_note"):
        steps.append(_step("legal_note", Phrase("%(note)s", note=note), 0))
    steps.append(_total(row))
    return [*steps, *_settled(row)]


def _step(name: str, sentence: Phrase, amount: int, more: Row | None = None) -> Step:
    return {"name": name, "amount": amount, "sentence": sentence, **_NONE, **(more or {})}


def _discounts(row: Row) -> list[Step]:
    """Each coupon, of what the ones before it left of the lines that coupons count for."""
    lines = row["line_items"]
    left = sum(line["amount"] for line in lines if line.get("discountable") is not False)
    steps = []
    for coupon in row.get("discounts") or []:
        steps.append(_discount(row, coupon, left))
        left -= coupon["amount"]
    return steps


def _discount(row: Row, coupon: Row, left: int) -> Step:
    percent, currency = coupon.get("percent_off"), row["currency"]
    fixed = Money(coupon.get("amount_off") or 0, currency)
    sentence = Phrase(
        "The coupon %(name)s, %(off)s off %(base)s, takes off %(amount)s.",
        name=coupon["name"],
        off=fixed if percent is None else Phrase("%(share)s %%", share=Number(percent)),
        base=Money(left, currency),
        amount=Money(abs(coupon["amount"]), currency),
    )
    kept = {name: coupon.get(name) for name in _OF_COUPON}
    return _step("discount", sentence, coupon["amount"], {**kept, "discountable_amount": left})


def _tax(row: Row, tax: Row) -> Step:
    sentence = Phrase(
        "%(name)s, %(share)s %% on %(base)s: %(amount)s is contained in the prices."
        if tax["inclusive"]
        else "%(name)s, %(share)s %% on %(base)s: %(amount)s is added.",
        name=tax["name"],
        share=Number(tax["percentage"]),
        base=Money(tax["taxable_amount"], row["currency"]),
        amount=Money(abs(tax["amount"]), row["currency"]),
    )
    return _step("tax", sentence, tax["amount"], {name: tax[name] for name in _OF_TAX})


def _total(row: Row) -> Step:
    added = sum(t["amount"] for t in row.get("taxes") or [] if not t["inclusive"])
    terms: list[Told] = [Money(row["subtotal"], row["currency"])]
    if off := row["discount_total"]:
        terms.append(Phrase("- %(amount)s", amount=Money(off, row["currency"])))
    if added:
        terms.append(Phrase("+ %(amount)s", amount=Money(added, row["currency"])))
    total = Money(row["total"], row["currency"])
    sentence = Phrase("Total: %(terms)s = %(amount)s.", terms=_Terms(terms), amount=total)
    return _step("total", sentence, row["total"])


def _settled(row: Row) -> list[Step]:
    """What took the total down to what is due, as it is now."""
    steps = [_credit(row)] if row["credit_applied"] else []
    if paid := row["amount_paid"]:
        told = Phrase("%(amount)s was paid.", amount=Money(abs(paid), row["currency"]))
        steps.append(_step("amount_paid", told, paid))
    if credited := row.get("credit_note_total"):
        amount = Money(abs(credited), row["currency"])
        told = Phrase("Credit notes took off %(amount)s.", amount=amount)
        steps.append(_step("credit_note_total", told, credited))
    due = Phrase(
        "The invoice is void: %(amount)s is due."
        if row["status"] == "void"
        else "%(amount)s is due.",
        amount=Money(abs(row["amount_due"]), row["currency"]),
    )
    return [*steps, _step("amount_due", due, row["amount_due"])]


def _credit(row: Row) -> Step:
    """Credit that was used, or that a negative total became."""
    used = row["credit_applied"]
    sentence = Phrase(
        "The total is negative: %(amount)s became credit of the customer."
        if used < 0
        else "%(amount)s of the customer's credit was used.",
        amount=Money(abs(used), row["currency"]),
    )
    return _step("credit_applied", sentence, used)
