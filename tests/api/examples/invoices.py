"""What is owed, paid and taken back."""

from __future__ import annotations

from typing import Any

from tests.api.examples.teller import Teller

TRAINING = {"description": "Training on site, per day", "quantity": 2, "unit_amount": 90000}


def tell_drafts(tell: Teller, customer_id: str) -> None:
    draft = {"customer_id": customer_id, "line_items": [TRAINING], "draft": True}
    tell("preview_invoice", {**draft, "as_of_date": "2026-11-30"})
    made = tell("create_invoice", draft)["id"]
    whole = {**draft, "purchase_order": "PO-7781"}
    tell("update_invoice", whole, invoice_id=made)
    tell("patch_invoice", {"notes": "As agreed with Dara."}, invoice_id=made)
    tell("finalize_invoice", {}, invoice_id=made)
    tell("send_invoice", {"to": "accounts@brookline.example"}, invoice_id=made)
    pay = {"amount": 100000, "paid_date": "2026-11-05", "reference": "Statement 2026-11-05, line 4"}
    tell("pay_invoice", pay, invoice_id=made)
    tell("get_invoice", invoice_id=made)
    tell("get_invoice_explanation", invoice_id=made)
    tell("get_invoice_pdf", invoice_id=made)
    tell("list_invoices", query={"customer_id": customer_id, "status": "open", "limit": 1})


def tell_ends(tell: Teller, customer_id: str) -> None:
    tell(
        "void_invoice", {"reason": "Sent to the wrong branch"}, invoice_id=_made(tell, customer_id)
    )
    tell("mark_invoice_uncollectible", {}, invoice_id=_made(tell, customer_id))


def tell_payments(tell: Teller, customer_id: str) -> None:
    charge = {"method": "card", "provider": "fake", "reference": "fake_ok"}
    paid = tell("create_payment", {"invoice_id": _made(tell, customer_id), **charge})["id"]
    refund = {"amount": 30000, "reason": "One day was cut short"}
    tell("refund_payment", refund, payment_id=paid)
    tell("get_payment", payment_id=paid)
    tell("get_payment_receipt", payment_id=paid)
    tell("list_payments", query={"customer_id": customer_id, "status": "partially_refunded"})


def tell_credit_notes(tell: Teller, customer_id: str) -> None:
    part: dict[str, Any] = {"invoice_id": _made(tell, customer_id)}
    part |= {"lines": [{"line": 0, "amount": 45000}], "reason": "Half a day less"}
    tell("preview_credit_note", part)
    note = tell("create_credit_note", part)["id"]
    tell("get_credit_note", credit_note_id=note)
    tell("get_credit_note_pdf", credit_note_id=note)
    tell("list_credit_notes", query={"customer_id": customer_id})
    tell("void_credit_note", {"reason": "Issued twice"}, credit_note_id=note)


def _made(tell: Teller, customer_id: str) -> str:
    made = tell("create_invoice", {"customer_id": customer_id, "line_items": [TRAINING]})
    return str(made["id"])
