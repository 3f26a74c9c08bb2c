"""Pure: a past document as it is stored: paid history, with the number that it always had."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing.credit_notes.models import CreditNote
from billing.database import Row
from billing.events.models import event_row
from billing.ids import id_of
from billing.imports.past_documents import PastDocument, PastLine
from billing.imports.reasons import by_import
from billing.invoices.models import IMPORTED, Invoice
from billing.invoices.parties import customer_snapshot, seller_snapshot
from billing.money import format_money
from billing.payments.models import Payment
from billing.schema import version_mark
from billing.seller import Seller

_MINUTE = 60_000
_NOTHING = dict.fromkeys(
    (
        "discount_total",
        "tax_total",
        "credit_applied",
        "credit_note_total",
        "credited_total",
        "amount_due",
    ),
    0,
)


@dataclass(frozen=True, slots=True)
class Import:
    """What all documents of an import share."""

    name: str
    timezone: str
    seller: Seller


@dataclass(slots=True)
class Stored:
    """The rows that documents are stored as, by collection."""

    invoices: list[Row]
    credit_notes: list[Row]
    payments: list[Row]
    events: list[Row]


def store(document: PastDocument, customer: Row, of: Import, stored: Stored) -> None:
    """Add the rows of a document to `stored`."""
    total = abs(document.total)
    base = _base(document, customer, of)
    changes = {"number": [None, document.number], "total": [None, total]}
    if document.is_credit_note:
        note = _credit_note(document, base, total)
        stored.credit_notes.append(note)
        stored.events.append(_event("credit_note.imported", note, changes, document, of))
        return
    invoice = _invoice(document, base, customer, of, total)
    stored.invoices.append(invoice)
    stored.events.append(_event("invoice.imported", invoice, changes, document, of))
    if total:
        stored.payments.append(_payment(invoice, document))


def _base(document: PastDocument, customer: Row, of: Import) -> Row:
    moment = document.moment
    return {
        "revision": 1,
        "number": document.number,
        "customer_id": customer["_id"],
        "currency": document.currency,
        "issue_date": moment.astimezone(ZoneInfo(of.timezone)).date().isoformat(),
        "imported_from": of.name,
        "created_at": moment,
        "updated_at": moment,
    }


def _invoice(document: PastDocument, base: Row, customer: Row, of: Import, total: int) -> Row:
    amounts = {"subtotal": total, "total": total, "amount": total, "amount_paid": total}
    return {
        "_id": id_of(Invoice.prefix, _apart(document)),
        **base,
        **amounts,
        **_NOTHING,
        "status": "paid",
        "reason": IMPORTED,
        "due_date": base["issue_date"],
        "paid_date": base["issue_date"],
        "line_items": [_line(line, document.currency) for line in document.lines],
        "discounts": [],
        "taxes": [],
        "seller": seller_snapshot(of.seller),
        "customer": customer_snapshot(customer),
        "metadata": {"imported_from": of.name},
        "finalized_at": document.moment,
        **version_mark("invoices"),
    }


def _line(line: PastLine, currency: str) -> Row:
    return {
        "kind": "one_off",
        "description": line.description,
        "quantity": line.quantity,
        "unit_amount": line.unit_amount,
        "amount": line.amount,
        "tax_rate_ids": [],
        "discount_amount": 0,
        "tax_amount": 0,
        "explanation": {
            "price_source": IMPORTED,
            "pricing_model": "per_unit",
            "unit_price": format_money(line.unit_amount, currency),
            "calculation": line.calculation,
        },
    }


def _credit_note(document: PastDocument, base: Row, total: int) -> Row:
    """What was cancelled was paid back then; which invoice it was of, the file does not say."""
    lines = [
        {
            "line": position,
            "description": line.description,
            "amount": -line.amount,
            "tax_amount": 0,
            "taxes": [],
        }
        for position, line in enumerate(document.lines)
    ]
    return {
        "_id": id_of(CreditNote.prefix, _apart(document)),
        **base,
        "invoice_id": None,
        "status": "issued",
        "reason": IMPORTED,
        "lines": lines,
        "taxes": [],
        "subtotal": total,
        "tax_total": 0,
        "total": total,
        "due_reduction": 0,
        "refund_amount": total,
        "credit_amount": 0,
        "returned_amount": total,
        **version_mark("credit_notes"),
    }


def _payment(invoice: Row, document: PastDocument) -> Row:
    return {
        "_id": id_of(Payment.prefix, _apart(document)),
        "revision": 1,
        "invoice_id": invoice["_id"],
        "customer_id": invoice["customer_id"],
        "amount": invoice["total"],
        "currency": invoice["currency"],
        "method": "other",
        "provider": "manual",
        "provider_reference": None,
        "status": "succeeded",
        "paid_date": invoice["issue_date"],
        "credited_amount": 0,
        "refunded_amount": 0,
        "created_at": invoice["created_at"],
        "updated_at": invoice["updated_at"],
        **version_mark("payments"),
    }


def _apart(document: PastDocument) -> datetime:
    """The document's moment, milliseconds on, so that those of one minute keep their order."""
    return document.moment + timedelta(milliseconds=document.row.line % _MINUTE)


def _event(
    type_: str, row: Row, changes: dict[str, Any], document: PastDocument, of: Import
) -> Row:
    reason = by_import(of.name, document.row.line)
    customer_id = row["customer_id"]
    return event_row(type_, row["_id"], customer_id=customer_id, changes=changes, reason=reason)
