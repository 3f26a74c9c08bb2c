"""One process that moves money without end: charges, refunds, credit notes, reminders.

Started, and killed, by test_kill.py: `python -m tests.billing.payments.money_process URI SEED`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from billing import clock, database
from billing.credit_notes.void import void_credit_note
from billing.database import Row
from billing.dunning.run_dunning import run_dunning
from billing.errors import BillingError
from billing.payments.inputs import RefundInput
from billing.payments.refund import refund_payment
from billing.payments.settle_pending import settle_pending
from tests.factories import create_credit_note, create_invoice, create_payment

TOKENS = ("fake_ok", "fake_decline", "fake_timeout", "fake_late", "fake_no_refund")
Act = Callable[[random.Random], Any]


def charge(chance: random.Random) -> None:
    token = chance.choice(TOKENS)
    create_payment(invoice=anyone(chance), provider="fake", reference=token)


def pay(chance: random.Random) -> None:
    create_payment(invoice=anyone(chance), amount=chance.randint(1, 12000))


def pay_back(chance: random.Random) -> None:
    payment = some("payments", chance)
    refund_payment(payment["_id"], RefundInput(amount=chance.randint(1, 5000)))


def credit(chance: random.Random) -> None:
    create_credit_note(invoice=anyone(chance), amount=chance.randint(1, 8000))


def void(chance: random.Random) -> None:
    void_credit_note(some("credit_notes", chance)["_id"])


def remind(chance: random.Random) -> None:
    run_dunning(clock.today() + timedelta(days=chance.randint(0, 60)))


def settle(chance: random.Random) -> None:
    settle_pending(timedelta(0))


ACTS: tuple[Act, ...] = (charge, charge, pay, pay_back, credit, credit, void, remind, settle)


def some(name: str, chance: random.Random) -> Row:
    rows = list(database.database()[name].find({}, {"_id": 1}).sort("_id", -1).limit(20))
    return chance.choice(rows) if rows else {"_id": "none"}


def anyone(chance: random.Random) -> Any:
    """A new invoice, or one of the last ones, in whatever state it is."""
    from billing.invoices.queries import get_invoice

    if chance.random() < 0.4:
        return create_invoice(due_date=clock.today().isoformat())
    return get_invoice(some("invoices", chance)["_id"])


def main(uri: str, seed: int) -> None:
    database.connect(uri)
    chance = random.Random(seed)
    while True:
        with suppress(BillingError):
            chance.choice(ACTS)(chance)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
