"""How the demo's customers pay: most in time, some late, a few in parts or never."""

from datetime import date, timedelta
from random import Random

from billing.actors import acting_as
from billing.credit_notes.inputs import CreditNoteInput
from billing.database import Row, database
from billing.demo.agenda import Agenda
from billing.demo.staff import Staff
from billing.inputs import parse
from billing.invoices.inputs import PayInvoice, VoidInvoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.payments.credit_invoice import create_credit_note
from billing.payments.pay_invoice import pay_invoice

_APOLOGIES = ("Two days of outage", "Goodwill", "Billed one seat too many")
_METHODS = ("bank_transfer", "bank_transfer", "card", "card", "check")


class Habits:
    """Decides, for each invoice as it is issued, what will become of it."""

    def __init__(self, agenda: Agenda, staff: Staff, random: Random) -> None:
        self._agenda, self._staff, self._random = agenda, staff, random
        self._newest = ""

    def settle_new(self) -> None:
        """Look at the invoices issued since the last time and put their fate on the agenda."""
        where = {"_id": {"$gt": self._newest}, "status": "open"}
        fields = {"due_date": 1, "amount_due": 1}
        for row in list(database().invoices.find(where, fields).sort("_id", 1)):
            self._newest = row["_id"]
            self._decide(row)

    def _decide(self, row: Row) -> None:
        fate, due = self._random.random(), date.fromisoformat(row["due_date"])
        if fate < 0.88:
            self._pay(row, due - timedelta(days=self._random.randint(0, 7)))
            if fate < 0.02:
                later = due + timedelta(days=self._random.randint(3, 15))
                self._put(later, lambda: self._make_good(row))
        elif fate < 0.955:
            self._pay(row, due + timedelta(days=self._random.randint(2, 12)))
        elif fate < 0.985:
            self._pay(row, due - timedelta(days=2), amount=row["amount_due"] // 2)
            self._pay(row, due + timedelta(days=self._random.randint(3, 13)))
        elif fate < 0.99:
            self._put(self._agenda.day, lambda: self._void(row["_id"]))
        elif fate < 0.993:
            self._put(due + timedelta(days=60), lambda: self._give_up(row["_id"]))
        else:  # when the last reminder has long been sent
            self._pay(row, due + timedelta(days=self._random.randint(30, 60)))

    def _pay(self, row: Row, day: date, amount: int | None = None) -> None:
        values = {
            "amount": amount or None,
            "method": self._random.choice(_METHODS),
            "reference": f"R-{self._random.randint(100000, 999999)}",
        }
        data = parse(PayInvoice, values)
        self._put(day, lambda: pay_invoice(row["_id"], data))

    def _void(self, invoice_id: str) -> None:
        void_invoice(invoice_id, VoidInvoice(reason="Billed by mistake"))

    def _make_good(self, row: Row) -> None:
        """A tenth comes back, as money: by then it is paid."""
        amount = row["amount_due"] // 10
        values = {"invoice_id": row["_id"], "amount": amount, "refund_amount": amount}
        note = {"reason": self._random.choice(_APOLOGIES)}
        create_credit_note(parse(CreditNoteInput, values | note))

    def _give_up(self, invoice_id: str) -> None:
        mark_uncollectible(invoice_id)

    def _put(self, day: date, action: object) -> None:
        def act() -> None:
            with acting_as(self._staff.actor("billing")):
                action()  # type: ignore[operator]

        self._agenda.put(day, act)
