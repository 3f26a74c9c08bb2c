"""Pure: a payment's row as the data of a paper: what came in, what for, what went back."""

from collections.abc import Sequence

from billing.database import Row
from billing.papers.parts import Data, Sum, facts, filled, marks, paper_base, parties
from billing.papers.reader import Reader, reader_of
from billing.papers.texts import line


def receipt_paper(
    payment: Row, refunds: Sequence[Row], invoice: Row, seller: Row, customer: Row
) -> Data:
    """The receipt for whoever paid; `refunds` that failed paid nothing back."""
    reader = reader_of(customer.get("locale", "en"))
    words, day = reader.words, reader.day(payment["paid_date"])
    amount = reader.money(payment["amount"], payment["currency"])
    is_test = bool(payment.get("test_clock_id") or invoice.get("test_clock_id"))
    return {
        **paper_base(reader, "receipt", invoice.get("number"), seller),
        "marks": marks(reader, is_test=is_test),
        "facts": facts(
            (words.of_invoice, invoice.get("number")),
            (words.paid_date, day),
            (words.method, getattr(words, payment["method"], payment["method"])),
            (words.reference, payment.get("provider_reference")),
            (words.payment, payment["_id"]),
        ),
        "parties": parties(reader, seller, customer),
        "headline": filled(words.received_on, amount=amount, date=day),
        "columns": [words.description, words.amount],
        "lines": _lines(reader, payment, invoice),
        "sums": _sums(reader, payment, refunds),
    }


def _lines(reader: Reader, payment: Row, invoice: Row) -> list[Row]:
    """What it was put to; what was more than due became credit."""
    credited = payment.get("credited_amount", 0)
    issued = reader.day(invoice["issue_date"]) if invoice.get("issue_date") else ""
    words, number = reader.words, invoice.get("number") or ""
    parts = [
        (f"{words.of_invoice} {number}", issued, payment["amount"] - credited),
        (words.customer_credit, "", credited),
    ]
    return [
        {"text": line(text), "under": under, "cells": [reader.money(amount, payment["currency"])]}
        for text, under, amount in parts
        if amount
    ]


def _sums(reader: Reader, payment: Row, refunds: Sequence[Row]) -> list[Sum]:
    def money(amount: int) -> str:
        return reader.money(amount, payment["currency"])

    words, refunded = reader.words, payment.get("refunded_amount", 0)
    found = [Sum(words.total_received, money(payment["amount"]), matters=not refunded)]
    for refund in refunds:
        said = {"succeeded": words.paid_back_on, "pending": words.pays_back}.get(refund["status"])
        if said:
            label = filled(said, date=reader.day(refund["refund_date"]))
            found.append(Sum(label, money(-refund["amount"])))
    if not refunded:
        return found
    return [*found, Sum(words.kept, money(payment["amount"] - refunded), matters=True)]
