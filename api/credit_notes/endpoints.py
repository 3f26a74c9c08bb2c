"""Credit notes: preview, issue, list, void."""

from typing import Any

from api import references
from api.answers import One, PageOf, Plain, Resource, created
from api.credit_notes.shapes import CreditNote as CreditNoteShape
from api.credit_notes.shapes import CreditNotePreview, CreditNoteQuery
from api.endpoint import Endpoints
from billing.credit_notes import errors, queries, void
from billing.credit_notes.inputs import CreditNoteInput, VoidCreditNote
from billing.credit_notes.models import CreditNote
from billing.credit_notes.views import credit_note_view
from billing.invoices.errors import InvoiceNotFound
from billing.pages import Page
from billing.payments import credit_invoice

CREDIT_NOTE = Resource(
    CreditNoteShape,
    credit_note_view,
    references=(references.CUSTOMER, references.INVOICE),
    told_by_revision=True,
)
READ, WRITE = "read:invoices", "write:invoices"
MISSING = errors.CreditNoteNotFound
_REFUSALS = (
    InvoiceNotFound,
    errors.InvoiceNotCreditable,
    errors.CreditExceedsInvoice,
    errors.CreditLineUnknown,
    errors.SettlementOutOfRange,
)

endpoints = Endpoints("Credit notes", "Corrections of issued invoices.")


@endpoints.get(
    "/credit_notes",
    "List credit notes",
    scope=READ,
    query=CreditNoteQuery,
    answer=PageOf(CREDIT_NOTE),
)
def list_credit_notes(query: CreditNoteQuery) -> Page:
    """Newest first."""
    return queries.list_credit_notes(**query.arguments())


@endpoints.post(
    "/credit_notes",
    "Credit an invoice",
    scope=WRITE,
    body=(CreditNoteInput,),
    answer=created(CREDIT_NOTE),
    in_stages=True,
    refusals=_REFUSALS,
)
def create_credit_note(body: CreditNoteInput) -> CreditNote:
    """It reduces what is due, then pays back what was paid, then gives credit, unless
    `refund_amount` or `credit_amount` say otherwise."""
    return credit_invoice.create_credit_note(body)


@endpoints.post(
    "/credit_notes/preview",
    "Preview a credit note",
    scope=WRITE,
    body=(CreditNoteInput,),
    answer=Plain(CreditNotePreview),
    refusals=_REFUSALS,
)
def preview_credit_note(body: CreditNoteInput) -> dict[str, Any]:
    """What crediting would come to; nothing is written."""
    unborn = {"id": None, "created_at": None, "updated_at": None}
    return {**credit_note_view(credit_invoice.preview_credit_note(body).row()), **unborn}


@endpoints.get(
    "/credit_notes/<credit_note_id>",
    "Show a credit note",
    scope=READ,
    answer=One(CREDIT_NOTE),
    refusals=(MISSING,),
)
def get_credit_note(credit_note_id: str) -> CreditNote:
    """With what it credits of each line."""
    return queries.get_credit_note(credit_note_id)


@endpoints.post(
    "/credit_notes/<credit_note_id>/void",
    "Void a credit note",
    scope=WRITE,
    body=(VoidCreditNote,),
    answer=One(CREDIT_NOTE),
    revised=True,
    refusals=(MISSING, errors.CreditNoteNotVoidable),
)
def void_credit_note(credit_note_id: str, body: VoidCreditNote, revision: int | None) -> CreditNote:
    """What it took off is due again and its credit is taken back; what was paid back stays."""
    return void.void_credit_note(credit_note_id, body, revision)
