"""Finding credit notes. A customer's own actor finds only its own."""

from typing import Unpack

from billing.actors import own_customer_id
from billing.credit_notes.errors import CreditNoteNotFound
from billing.credit_notes.models import CreditNote
from billing.customers.queries import find_customer_ids
from billing.database import Row, database
from billing.pages import Page, PageArguments, PageRequest, paginate

SORTS = {"created_at": "_id"}


def get_credit_note(credit_note_id: str) -> CreditNote:
    """The credit note. Raises CreditNoteNotFound."""
    where: Row = {"_id": credit_note_id}
    if own := own_customer_id():
        where["customer_id"] = own
    found: CreditNote | None = CreditNote.objects(__raw__=where).first()
    if found is None:
        raise CreditNoteNotFound("There is no such credit note.")
    return found


def list_credit_notes(
    *,
    status: str | None = None,
    customer_id: str | None = None,
    invoice_id: str | None = None,
    number: str | None = None,
    q: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Credit notes, newest first; `q` is an id, the beginning of a number, or finds customers."""
    exact = {
        "status": status,
        "customer_id": customer_id,
        "invoice_id": invoice_id,
        "number": number,
    }
    clauses: list[Row] = [{name: value} for name, value in exact.items() if value is not None]
    if q and q.strip():
        clauses.append(_search(q.strip()))
    if own := own_customer_id():
        clauses.append({"customer_id": own})
    where: Row = {"$and": clauses} if clauses else {}
    return paginate("credit_notes", where, PageRequest(**page), sorts=SORTS)


def credit_notes_of(invoice_id: str) -> list[Row]:
    """The credit notes of an invoice, oldest first, void ones too."""
    return list(database().credit_notes.find({"invoice_id": invoice_id}).sort("_id", 1))


def _search(q: str) -> Row:
    if q.startswith("cn_"):
        return {"_id": q}
    number, ids = q.upper(), find_customer_ids(q)
    numbered = {"number": {"$gte": number, "$lt": f"{number}~"}}
    return {"$or": [numbered, {"customer_id": {"$in": ids}}]} if ids else numbered
