"""Pure: the sums of an invoice, one after the other, each with a sentence."""

from typing import Any

from billing.database import Row
from billing.money import format_money

Step = dict[str, Any]

_OF_COUPON = ("coupon_id", "code", "percent_off", "amount_off")
_OF_TAX = ("tax_rate_id", "percentage", "inclusive", "taxable_amount")
_NONE = dict.fromkeys((*_OF_COUPON, "discountable_amount", *_OF_TAX))


def explain_totals(row: Row) -> list[Step]:
    """Subtotal, each coupon, each tax rate, total, then what was settled, down to what is due.

    A step is {name, amount, sentence} and, of a coupon and a tax, what it was computed from.
    """
    minus = "-" if row["subtotal"] < 0 else ""
    steps = [_step(row, "subtotal", f"The lines add up to {minus}{{amount}}.", row["subtotal"])]
    steps += _discounts(row)
    steps += [_tax(row, each) for each in row.get("taxes") or []]
    if note := row.get("legal_note"):
        steps.append(_step(row, "legal_note", _safe(note), 0))
    steps.append(_total(row))
    return [*steps, *_settled(row)]


def _step(row: Row, name: str, sentence: str, amount: int, more: Row | None = None) -> Step:
    said = sentence.format(amount=format_money(abs(amount), row["currency"]))
    return {"name": name, "amount": amount, "sentence": said, **_NONE, **(more or {})}


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
    percent, fixed = coupon.get("percent_off"), coupon.get("amount_off")
    off = f"{percent} %" if percent is not None else format_money(fixed or 0, row["currency"])
    base = format_money(left, row["currency"])
    sentence = f"The coupon {_safe(coupon['name'])}, {off} off {base}, takes off {{amount}}."
    kept = {name: coupon.get(name) for name in _OF_COUPON}
    return _step(row, "discount", sentence, coupon["amount"], {**kept, "discountable_amount": left})


def _tax(row: Row, tax: Row) -> Step:
    base = format_money(tax["taxable_amount"], row["currency"])
    rate = f"{_safe(tax['name'])}, {tax['percentage']} % on {base}"
    added = "is contained in the prices" if tax["inclusive"] else "is added"
    kept = {name: tax[name] for name in _OF_TAX}
    return _step(row, "tax", f"{rate}: {{amount}} {added}.", tax["amount"], kept)


def _safe(name: str) -> str:
    """A name that may hold braces, for a sentence that is filled in."""
    return name.replace("{", "{{").replace("}", "}}")


def _total(row: Row) -> Step:
    added = sum(t["amount"] for t in row.get("taxes") or [] if not t["inclusive"])
    parts = [format_money(row["subtotal"], row["currency"])]
    if row["discount_total"]:
        parts.append(f"- {format_money(row['discount_total'], row['currency'])}")
    if added:
        parts.append(f"+ {format_money(added, row['currency'])}")
    minus = "-" if row["total"] < 0 else ""
    return _step(row, "total", f"Total: {' '.join(parts)} = {minus}{{amount}}.", row["total"])


def _settled(row: Row) -> list[Step]:
    """What took the total down to what is due, as it is now."""
    steps = [_credit(row)] if row["credit_applied"] else []
    if paid := row["amount_paid"]:
        steps.append(_step(row, "amount_paid", "{amount} was paid.", paid))
    if credited := row.get("credit_note_total"):
        steps.append(_step(row, "credit_note_total", "Credit notes took off {amount}.", credited))
    void = row["status"] == "void"
    due = "The invoice is void: {amount} is due." if void else "{amount} is due."
    return [*steps, _step(row, "amount_due", due, row["amount_due"])]


def _credit(row: Row) -> Step:
    """Credit that was used, or that a negative total became."""
    used = row["credit_applied"]
    gained = "The total is negative: {amount} became credit of the customer."
    sentence = gained if used < 0 else "{amount} of the customer's credit was used."
    return _step(row, "credit_applied", sentence, used)
