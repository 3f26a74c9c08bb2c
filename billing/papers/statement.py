"""Pure: a customer's statement as the data of a paper, a table for each currency."""

from collections.abc import Mapping

from billing.database import Row
from billing.papers.parts import Data, Sum, facts, filled, marks, paper_base, parties, remarks
from billing.papers.reader import Reader, reader_of
from billing.papers.texts import line
from billing.reports.statement import Statement
from billing.reports.statement_balances import Balance
from billing.reports.statement_moves import Move


def statement_paper(
    statement: Statement, numbers: Mapping[str, str], seller: Row, customer: Row
) -> Data:
    """The statement for its customer. `numbers` are those of the invoices that moves name by id.

    Beyond what all papers have, `balances` are {title, columns, lines, sums}, one a currency.
    """
    reader = reader_of(customer.get("locale", "en"))
    words, last = reader.words, statement.last.isoformat()
    begin = statement.first and statement.first.isoformat()
    return {
        **paper_base(reader, "statement", None, seller),
        "marks": marks(reader, is_test=bool(statement.customer.test_clock_id)),
        "facts": facts(
            (words.days, reader.span(begin, last) if begin else None),
            (words.until, None if begin else reader.day(last)),
        ),
        "parties": parties(reader, seller, customer),
        "headline": _headline(reader, statement),
        "balances": [_table(reader, balance, numbers) for balance in statement.balances],
        "remarks": remarks(("", None if statement.balances else words.nothing_happened)),
    }


def _headline(reader: Reader, statement: Statement) -> str:
    """What is owed in each currency, or in hand."""
    words, found = reader.words, []
    for balance in statement.balances:
        amount = reader.money(abs(balance.closing), balance.currency)
        if balance.closing:
            found.append(
                filled(words.owed if balance.closing > 0 else words.in_hand, amount=amount)
            )
    return ", ".join(found) or words.nothing_owed


def _table(reader: Reader, balance: Balance, numbers: Mapping[str, str]) -> Row:
    def money(amount: int) -> str:
        return reader.money(amount, balance.currency)

    words = reader.words
    return {
        "title": balance.currency,
        "columns": [words.date, words.description, words.change, words.balance],
        "lines": [
            {
                "text": reader.short_day(move.day),
                "under": "",
                "cells": [line(_said(reader, move, numbers)), money(move.change), money(after)],
            }
            for move, after in balance.lines
        ],
        "sums": [
            Sum(words.opening, money(balance.opening)),
            Sum(words.charged, money(balance.charged)),
            Sum(words.taken_off, money(-balance.credited)),
            Sum(words.closing, money(balance.closing), matters=True),
        ],
    }


def _said(reader: Reader, move: Move, numbers: Mapping[str, str]) -> str:
    """What it was, by the number that the customer knows it by."""
    words, of = reader.words, numbers.get(move.invoice_id or "", "")
    invoice, note = (f"{kind} {move.number or ''}" for kind in (words.invoice, words.credit_note))
    amount = reader.money(move.amount, move.currency)
    said = {
        "invoice": invoice,
        "invoice_voided": filled(words.voided, what=invoice),
        "credit_note": note,
        "credit_note_voided": filled(words.voided, what=note),
        "payment": filled(words.payment_for, number=of),
        "refund": filled(words.refund_for, number=of, amount=amount),
        "credit_adjustment": words.adjustment,
    }
    return said[move.kind]
