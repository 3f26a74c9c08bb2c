"""Statements, by numbers alone: what each document does to the balance, and how it runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from billing.database import Row
from billing.reports import statement_balances
from billing.reports.statement_balances import Balance, StatementTooLong, balances
from billing.reports.statement_moves import (
    Move,
    adjustment_moves,
    credit_note_moves,
    invoice_moves,
    payment_moves,
    refund_moves,
)

UTC_ZONE = ZoneInfo("UTC")
END = date(2026, 12, 31)


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00")


def invoice(day: str, total: int, **values: Any) -> list[Move]:
    row = {"_id": f"inv_{day}", "currency": "USD", "status": "open", "number": "INV-1"}
    row |= {"issue_date": day, "total": total, "created_at": at(day), **values}
    return list(invoice_moves(row, UTC_ZONE))


def payment(day: str, amount: int, **values: Any) -> list[Move]:
    row = {"_id": f"pay_{day}", "currency": "USD", "invoice_id": "inv_1"}
    return list(
        payment_moves({**row, "paid_date": day, "amount": amount, "created_at": at(day), **values})
    )


def note(day: str, total: int, **values: Any) -> list[Move]:
    row: Row = {"_id": f"cn_{day}", "currency": "USD", "status": "issued", "invoice_id": "inv_1"}
    row |= {"issue_date": day, "total": total, "created_at": at(day), "due_reduction": 0}
    return list(credit_note_moves({**row, "credit_amount": 0, **values}, UTC_ZONE))


def refund(day: str, amount: int, **values: Any) -> list[Move]:
    row = {"_id": f"rfd_{day}", "currency": "USD", "status": "succeeded", "invoice_id": "inv_1"}
    return list(
        refund_moves({**row, "refund_date": day, "amount": amount, "created_at": at(day), **values})
    )


def one(moves: list[Move], first: date | None = None, last: date = END) -> Balance:
    [balance] = balances(moves, first, last)
    return balance


def shown(balance: Balance) -> list[tuple[str, int, int]]:
    return [(move.kind, move.change, after) for move, after in balance.lines]


def test_an_invoice_is_owed_until_it_is_paid() -> None:
    balance = one([*payment("2026-03-10", 4000), *invoice("2026-03-01", 4900)])
    assert shown(balance) == [("invoice", 4900, 4900), ("payment", -4000, 900)]
    assert (balance.opening, balance.charged, balance.credited, balance.closing) == (
        0,
        4900,
        4000,
        900,
    )


def test_what_was_before_is_in_the_opening_balance_and_what_comes_after_is_left_out() -> None:
    moves = [
        *invoice("2026-02-28", 100),
        *invoice("2026-03-01", 20),
        *payment("2026-03-31", 50),
        *invoice("2026-04-01", 7),
    ]
    balance = one(moves, date(2026, 3, 1), date(2026, 3, 31))
    assert balance.opening == 100
    assert shown(balance) == [("invoice", 20, 120), ("payment", -50, 70)]
    assert balance.closing == 70
    assert one(moves, date(2026, 4, 1), date(2026, 4, 30)).opening == 70


def test_a_day_keeps_the_order_in_which_things_happened() -> None:
    late = payment("2026-03-01", 10, created_at=at("2026-03-02"))
    early = payment("2026-03-01", 20, _id="pay_0", created_at=at("2026-03-01", 9))
    balance = one([*late, *invoice("2026-03-01", 100), *early])
    assert [move.change for move, _ in balance.lines] == [-20, 100, -10]


def test_voiding_takes_the_invoice_back_on_the_day_of_voiding() -> None:
    moves = invoice("2026-03-01", 4900, status="void", voided_at=at("2026-03-05"))
    assert shown(one(moves)) == [("invoice", 4900, 4900), ("invoice_voided", -4900, 0)]
    assert one(moves, last=date(2026, 3, 4)).closing == 4900


def test_the_day_is_the_customers() -> None:
    row = {"_id": "inv_1", "currency": "USD", "status": "void", "issue_date": "2026-03-01"}
    row |= {"total": 1, "created_at": at("2026-03-01"), "voided_at": at("2026-03-05", 22)}
    [_, voided] = invoice_moves(row, ZoneInfo("Asia/Tokyo"))
    assert voided.day == "2026-03-06"
    entry = {"_id": "crd_1", "currency": "USD", "amount": 5, "created_at": at("2026-03-05", 22)}
    [granted] = adjustment_moves(entry, ZoneInfo("Asia/Tokyo"))
    assert (granted.day, granted.change) == ("2026-03-06", -5)


def test_a_credit_note_that_is_paid_back_leaves_the_balance_as_it_was() -> None:
    moves = [
        *invoice("2026-03-01", 100),
        *payment("2026-03-02", 100),
        *note("2026-03-03", 30, refund_amount=30),
        *refund("2026-03-03", 30, credit_note_id="cn_1", created_at=at("2026-03-03", 13)),
    ]
    assert [after for _, after in one(moves).lines] == [100, 0, -30, 0]


def test_money_paid_back_without_a_credit_note_is_not_owed_again() -> None:
    moves = [
        *invoice("2026-03-01", 100),
        *payment("2026-03-02", 100),
        *refund("2026-03-03", 40),
    ]
    assert shown(one(moves))[-1] == ("refund", 0, 0)
    explained = note("2026-03-09", 60, refund_amount=60, returned_amount=40)
    rest = refund("2026-03-09", 20, credit_note_id="cn_1", created_at=at("2026-03-09", 13))
    assert shown(one([*moves, *explained, *rest]))[-2:] == [
        ("credit_note", -20, -20),
        ("refund", 20, 0),
    ]


def test_credit_that_is_paid_back_is_used_up() -> None:
    moves = [
        *invoice("2026-03-01", 100),
        *payment("2026-03-02", 150),
        *refund("2026-03-03", 120, from_credit=20),
    ]
    assert [after for _, after in one(moves).lines] == [100, -50, -30]


def test_a_refund_that_failed_never_was() -> None:
    assert refund("2026-03-03", 40, status="failed", credit_note_id="cn_1") == []


def test_a_credit_note_that_is_voided_is_due_again() -> None:
    voided = {"status": "void", "voided_at": at("2026-03-09")}
    moves = [
        *invoice("2026-03-01", 100),
        *note("2026-03-03", 30, due_reduction=20, credit_amount=10, **voided),
    ]
    assert shown(one(moves))[1:] == [("credit_note", -30, 70), ("credit_note_voided", 30, 100)]


def test_a_negative_invoice_is_credit() -> None:
    balance = one(invoice("2026-03-01", -300))
    assert (balance.charged, balance.credited, balance.closing) == (0, 300, -300)


def test_each_currency_has_a_balance_of_its_own() -> None:
    moves = [*invoice("2026-03-01", 5), *invoice("2026-02-01", 7, currency="EUR")]
    found = balances(moves, date(2026, 3, 1), END)
    assert [(b.currency, b.opening, b.closing) for b in found] == [("EUR", 7, 7), ("USD", 0, 5)]


def test_a_currency_that_is_even_and_still_is_left_out() -> None:
    moves = [*invoice("2026-02-01", 7), *payment("2026-02-02", 7)]
    assert balances(moves, date(2026, 3, 1), END) == []


def test_more_lines_than_can_be_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_balances, "MOST_LINES", 2)
    moves = [*invoice("2026-03-01", 1), *invoice("2026-03-02", 1), *invoice("2026-03-03", 1)]
    with pytest.raises(StatementTooLong):
        balances(moves, None, END)
    assert len(one(moves, date(2026, 3, 2)).lines) == 2
