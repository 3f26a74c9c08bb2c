"""Pure: what the lines of an invoice come to, step by step."""

from billing.database import Row
from billing.papers.parts import Sum, tax_sums
from billing.papers.reader import Reader
from billing.papers.texts import line


def invoice_sums(reader: Reader, invoice: Row) -> list[Sum]:
    """From the subtotal down to what is due."""

    def money(amount: int) -> str:
        return reader.money(amount, invoice["currency"])

    words, taxes = reader.words, invoice.get("taxes") or []
    found = [Sum(words.subtotal, money(invoice["subtotal"]))]
    for coupon in invoice.get("discounts") or []:
        off = coupon.get("percent_off")
        rate = f" ({reader.percent(off)})" if off else ""
        found.append(Sum(line(f"{coupon['name']}{rate}"), money(-coupon["amount"])))
    on_top = sum(tax["amount"] for tax in taxes if not tax["inclusive"])
    if on_top and invoice["discount_total"]:
        found.append(Sum(words.without_tax, money(invoice["total"] - on_top)))
    found += tax_sums(reader, taxes, invoice["currency"])
    found.append(Sum(words.total, money(invoice["total"])))
    credit = invoice["credit_applied"]
    settled = [
        (words.credit_used if credit > 0 else words.credit_gained, -credit),
        (words.credit_notes, -invoice.get("credit_note_total", 0)),
        (words.paid, -invoice["amount_paid"]),
    ]
    found += [Sum(label, money(amount)) for label, amount in settled if amount]
    return [*found, Sum(words.due, money(invoice["amount_due"]), matters=True)]
