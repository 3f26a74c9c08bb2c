"""Invariant 1: every amount of an invoice and of a credit note follows from the others."""

from collections.abc import Callable

from billing.database import Row, streamed
from billing.phrases import Phrase
from billing.runs.check_join import Found, joined, listed, units

_TAXES = {"$ifNull": ["$taxes", []]}
_ADDED = {
    "$sum": {
        "$map": {
            "input": {"$filter": {"input": _TAXES, "as": "t", "cond": {"$not": ["$$t.inclusive"]}}},
            "as": "t",
            "in": "$$t.amount",
        }
    }
}
_NET = {"$subtract": ["$subtotal", "$discount_total"]}
_SETTLED = ["$credit_applied", "$amount_paid", {"$ifNull": ["$credit_note_total", 0]}]
_DUE = {"$subtract": ["$total", {"$add": _SETTLED}]}
_OWED = {"$cond": [{"$eq": ["$status", "void"]}, 0, _DUE]}
_WRONG = {
    "$or": [
        {"$ne": ["$subtotal", {"$sum": "$line_items.amount"}]},
        {"$ne": ["$discount_total", {"$sum": "$line_items.discount_amount"}]},
        {"$ne": ["$discount_total", {"$sum": "$discounts.amount"}]},
        {"$ne": ["$tax_total", {"$sum": "$line_items.tax_amount"}]},
        {"$ne": ["$tax_total", {"$sum": "$taxes.amount"}]},
        {"$ne": ["$total", {"$add": [_NET, _ADDED]}]},
        {"$ne": ["$amount", "$total"]},
        {"$lt": ["$amount_due", 0]},
        {"$ne": ["$amount_due", _OWED]},
    ]
}


def amounts_add_up() -> Found:
    """Lines, discounts, taxes on top and the total; and from there to what is due."""
    for row in streamed("invoices", {"$expr": _WRONG}):
        yield row["_id"], _fault(row)


def _fault(row: Row) -> Phrase:
    """What is wrong with an invoice's amounts, in words."""
    try:
        return listed(text for text, holds in _CLAIMS.items() if not holds(row))
    except (KeyError, TypeError):
        return Phrase("some of its amounts are missing")


def _sum(rows: list[Row] | None, name: str = "amount") -> int:
    return sum(row.get(name, 0) for row in rows or [])


def _added(row: Row) -> int:
    """The taxes that come on top of the prices; included ones are in them already."""
    return sum(tax["amount"] for tax in row.get("taxes") or [] if not tax["inclusive"])


def _owed(row: Row) -> int:
    if row["status"] == "void":
        return 0
    settled = row["credit_applied"] + row["amount_paid"] + row.get("credit_note_total", 0)
    return int(row["total"] - settled)


_CLAIMS: dict[Phrase, Callable[[Row], bool]] = {
    Phrase("its lines do not sum to the subtotal"): lambda r: (
        r["subtotal"] == _sum(r["line_items"])
    ),
    Phrase("its discounts do not sum to the discount in all"): lambda r: (
        r["discount_total"] == _sum(r.get("discounts")) == _sum(r["line_items"], "discount_amount")
    ),
    Phrase("its taxes do not sum to the tax in all"): lambda r: (
        r["tax_total"] == _sum(r.get("taxes")) == _sum(r["line_items"], "tax_amount")
    ),
    Phrase("subtotal, discounts and taxes do not make the total"): lambda r: (
        r["total"] == r["subtotal"] - r["discount_total"] + _added(r)
    ),
    Phrase("its amount is not its total"): lambda r: r["amount"] == r["total"],
    Phrase("less than nothing is due"): lambda r: r["amount_due"] >= 0,
    Phrase("what was settled and what is due do not make the total"): lambda r: (
        r["amount_due"] == _owed(r)
    ),
}


def credit_notes_add_up() -> Found:
    """A note's parts make its total; the notes of an invoice are what it says and never exceed it.

    An imported note may stand without an invoice.
    """
    totals = {"invoice_id": 1, "status": 1, "total": 1, "subtotal": 1, "taxes": 1}
    parts = {"due_reduction": 1, "refund_amount": 1, "credit_amount": 1}
    for note in streamed("credit_notes", {}, totals | parts):
        if note["total"] != sum(note[name] for name in parts):
            yield note["_id"], Phrase("what became of it does not sum to its total")
        if note["total"] != note["subtotal"] + _added(note):
            yield note["_id"], Phrase("subtotal and taxes do not make its total")
    claims = {"total": 1, "credit_note_total": 1, "credited_total": 1}
    invoices = streamed("invoices", {}, claims).sort("_id", 1)
    notes = streamed("credit_notes", {"invoice_id": {"$gt": ""}}, totals | parts)
    for invoice_id, invoice, found in joined(invoices, notes.sort("invoice_id", 1), "invoice_id"):
        yield from _credited(invoice_id, invoice, [n for n in found if n["status"] == "issued"])


def _credited(invoice_id: str, invoice: Row | None, notes: list[Row]) -> Found:
    if invoice is None:
        yield invoice_id, Phrase("credit notes name it, but it does not exist")
        return
    total, reduction = _sum(notes, "total"), _sum(notes, "due_reduction")
    if reduction != invoice.get("credit_note_total", 0):
        said = Phrase(
            "credit notes took off %(amount)s, the invoice says otherwise", amount=units(reduction)
        )
        yield invoice_id, said
    if total != invoice.get("credited_total", 0):
        said = Phrase(
            "credit notes come to %(amount)s, the invoice says otherwise", amount=units(total)
        )
        yield invoice_id, said
    if notes and total > invoice["total"]:
        said = Phrase("credit notes come to %(amount)s, more than the invoice", amount=units(total))
        yield invoice_id, said
