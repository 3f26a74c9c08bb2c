"""Pure: an invoice's row as the data of a paper."""

from billing.database import Row
from billing.invoices.compose import REVERSE_CHARGE
from billing.papers.invoice_sums import invoice_sums
from billing.papers.parts import (
    Data,
    Pair,
    facts,
    filled,
    marks,
    paper_base,
    parties,
    remarks,
)
from billing.papers.reader import Reader, reader_of
from billing.papers.texts import prose
from billing.phrases import Phrase
from billing.plans.line_words import line_said

_MOST_LINES = 10  # of one description, so that a row always fits on a page
_OWED = frozenset({"open", "uncollectible"})


def invoice_paper(invoice: Row, seller: Row, customer: Row) -> Data:
    """The invoice for its customer; the parties are as they were when it was issued."""
    reader = reader_of(customer.get("locale", "en"))
    number = invoice.get("number")
    status, is_test = invoice["status"], bool(invoice.get("test_clock_id"))
    return {
        **paper_base(reader, "invoice", number, seller),
        "marks": marks(reader, status=status, is_test=is_test),
        "facts": _facts(reader, invoice),
        "parties": parties(reader, seller, customer),
        "headline": _headline(reader, invoice),
        "columns": columns(reader, with_tax=bool(invoice.get("taxes"))),
        "lines": [_line(reader, invoice, item) for item in invoice["line_items"]],
        "sums": invoice_sums(reader, invoice),
        "remarks": _remarks(reader, invoice, seller),
    }


def columns(reader: Reader, *, with_tax: bool) -> list[str]:
    """The heads of the table of lines."""
    words = reader.words
    tax = [words.tax] if with_tax else []
    return [words.description, words.quantity, words.unit_price, *tax, words.amount]


def generated(reader: Reader, item: Row) -> str:
    """A line's description; what Duebill worded itself is said in the reader's language."""
    words, said = reader.words, line_said(item)
    if not isinstance(said, Phrase):
        return said
    own = {
        "Unused time on %(what)s": words.unused,
        "Remaining time on %(what)s": words.remaining,
        "Setup fee": words.setup_fee,
        "Minimum commitment": words.minimum,
    }[said.template]
    return filled(own, **{name: str(fact) for name, fact in said.facts.items()})


def _line(reader: Reader, invoice: Row, item: Row) -> Row:
    tax = [_rates(reader, invoice, item)] if invoice.get("taxes") else []
    return {
        "text": prose(generated(reader, item), _MOST_LINES),
        "under": _own_period(reader, invoice, item),
        "cells": [
            reader.quantity(item["quantity"]),
            _unit_price(reader, item, invoice["currency"]),
            *tax,
            reader.money(item["amount"], invoice["currency"]),
        ],
    }


def _own_period(reader: Reader, invoice: Row, item: Row) -> str:
    """A line's period where it is not the one that stands above all of them."""
    names = ("period_start", "period_end")
    start, end = (item.get(name) for name in names)
    if not start or not end or all(item[name] == invoice.get(name) for name in names):
        return ""
    return reader.span(start, end)


def _unit_price(reader: Reader, item: Row, currency: str) -> str:
    if item.get("unit_amount") is not None:
        return reader.money(item["unit_amount"], currency)
    model = (item.get("explanation") or {}).get("pricing_model")
    return reader.words.by_tiers if model in {"graduated", "volume"} else ""


def _rates(reader: Reader, invoice: Row, item: Row) -> str:
    """`19 %`, of every rate that the line bears."""
    borne = set(item.get("tax_rate_ids") or [])
    found = [tax["percentage"] for tax in invoice["taxes"] if tax["tax_rate_id"] in borne]
    return ", ".join(reader.percent(percentage) for percentage in found)


def _facts(reader: Reader, invoice: Row) -> list[Pair]:
    words, start, end = reader.words, invoice.get("period_start"), invoice.get("period_end")
    return facts(
        (words.number, invoice.get("number")),
        (words.issued, _day(reader, invoice.get("issue_date"))),
        (words.due_date, _day(reader, invoice.get("due_date"))),
        (words.period, reader.span(start, end) if start and end else None),
        (words.purchase_order, invoice.get("purchase_order")),
    )


def _day(reader: Reader, iso: str | None) -> str | None:
    return reader.day(iso) if iso else None


def _headline(reader: Reader, invoice: Row) -> str:
    """The one thing that the customer wants to know."""
    words, due = reader.words, reader.money(invoice["amount_due"], invoice["currency"])
    if invoice["status"] == "draft":
        return due
    if invoice["amount_due"]:
        date_due = invoice.get("due_date")
        said = words.owed_until if date_due else words.owed
        return filled(said, amount=due, date=reader.day(date_due) if date_due else "")
    settled = invoice["total"] - invoice.get("credit_note_total", 0)
    if invoice["status"] == "void" or settled <= 0 or not invoice.get("paid_date"):
        return words.nothing_owed
    amount = reader.money(settled, invoice["currency"])
    return filled(words.settled_on, amount=amount, date=reader.day(invoice["paid_date"]))


def _remarks(reader: Reader, invoice: Row, seller: Row) -> list[Row]:
    words, legal = reader.words, invoice.get("legal_note")
    return remarks(
        ("", words.reverse_charge if legal == REVERSE_CHARGE else legal),
        ("", words.claims_nothing if invoice["status"] == "draft" else None),
        ("", words.is_void if invoice["status"] == "void" else None),
        (words.how_to_pay, _how_to_pay(reader, invoice, seller)),
        (words.notes, invoice.get("notes")),
    )


def _how_to_pay(reader: Reader, invoice: Row, seller: Row) -> str | None:
    """What, until when and with which words, then whereto in the seller's own."""
    if invoice["status"] not in _OWED or not invoice["amount_due"]:
        return None
    amount = reader.money(invoice["amount_due"], invoice["currency"])
    date_due = invoice.get("due_date")
    words = reader.words.pay_by if date_due else reader.words.please_pay
    day = reader.day(date_due) if date_due else ""
    said = filled(words, amount=amount, number=invoice.get("number") or "", date=day)
    return "\n".join(filter(None, [said, seller.get("payment_instructions")]))
