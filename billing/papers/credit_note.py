"""Pure: a credit note's row as the data of a paper."""

from billing.database import Row
from billing.papers.invoice import generated
from billing.papers.parts import (
    Data,
    Sum,
    facts,
    marks,
    paper_base,
    parties,
    remarks,
    tax_sums,
)
from billing.papers.reader import Reader, reader_of
from billing.papers.texts import prose

_MOST_LINES = 10


def credit_note_paper(note: Row, invoice: Row | None, seller: Row, customer: Row) -> Data:
    """The credit note for its customer; the parties are those of the invoice that it corrects."""
    reader = reader_of(customer.get("locale", "en"))
    words, of = reader.words, invoice or {}
    return {
        **paper_base(reader, "credit_note", note["number"], seller),
        "marks": marks(reader, status=note["status"], is_test=bool(of.get("test_clock_id"))),
        "facts": facts(
            (words.number, note["number"]),
            (words.issued, reader.day(note["issue_date"])),
            (words.of_invoice, of.get("number")),
            (words.invoice_issued, reader.day(of["issue_date"]) if of.get("issue_date") else None),
        ),
        "parties": parties(reader, seller, customer),
        "headline": reader.money(note["total"], note["currency"]),
        "columns": [words.description, words.amount],
        "lines": [_line(reader, note, line, of) for line in note["lines"]],
        "sums": _sums(reader, note),
        "remarks": remarks(
            ("", words.is_void if note["status"] == "void" else None),
            (words.reason, note.get("reason")),
        ),
    }


def _line(reader: Reader, note: Row, line: Row, invoice: Row) -> Row:
    items = invoice.get("line_items") or []
    position = line.get("line")
    whole = items[position] if position is not None and position < len(items) else {}
    start, end = whole.get("period_start"), whole.get("period_end")
    said = generated(reader, {**line, "kind": whole.get("kind", "")})
    return {
        "text": prose(said, _MOST_LINES),
        "under": reader.span(start, end) if start and end else "",
        "cells": [reader.money(line["amount"], note["currency"])],
    }


def _sums(reader: Reader, note: Row) -> list[Sum]:
    def money(amount: int) -> str:
        return reader.money(amount, note["currency"])

    words = reader.words
    parts = [
        (words.due_reduced, note["due_reduction"]),
        (words.refunded, note["refund_amount"]),
        (words.credited, note["credit_amount"]),
    ]
    return [
        Sum(words.subtotal, money(note["subtotal"])),
        *tax_sums(reader, note.get("taxes") or [], note["currency"]),
        Sum(words.total, money(note["total"]), matters=True),
        *(Sum(label, money(amount)) for label, amount in parts if amount),
    ]
