"""Credit notes: list, detail, crediting an invoice after a preview, voiding."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.credit_notes.inputs import CreditNoteInput
from billing.credit_notes.models import CreditNote
from billing.credit_notes.prepare import lines_left
from billing.credit_notes.queries import get_credit_note
from billing.credit_notes.void import void_credit_note
from billing.customers.queries import customer_names, get_customer
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.payments.credit_invoice import create_credit_note, preview_credit_note
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.credit_notes.forms import CreditForm, VoidNoteForm, mark_of
from portal.credit_notes.listed import CREDIT_NOTES
from portal.listing import respond
from portal.lists.export import add_export
from portal.values import money

blueprint = Blueprint("credit_notes", __name__)
add_export(blueprint, CREDIT_NOTES, at="/credit-notes")
STATUSES = [("", lazy("All")), ("issued", lazy("Issued")), ("void", lazy("Void"))]


@blueprint.get("/credit-notes")
@page("read:invoices")
def index() -> ResponseReturnValue:
    """Search and filter credit notes."""
    found = CREDIT_NOTES.page()
    return respond(
        "credit_notes/index.html",
        "credit_notes/_results.html",
        found,
        statuses=STATUSES,
        customers=customer_names([row["customer_id"] for row in found.items]),
    )


@blueprint.route("/invoices/<invoice_id>/credit", methods=["GET", "POST"])
@page("write:invoices")
def create(invoice_id: str) -> ResponseReturnValue:
    """Say what is credited, see what will happen, then issue it."""
    invoice = get_invoice(invoice_id)
    form, seen = CreditForm(invoice), _Seen()
    if note := form.submit(lambda data: seen.act(form, data), in_stages=True):
        made = gettext("%(number)s was issued: %(parts)s.", number=note.number, parts=_parts(note))
        return done(made, url_for(".detail", credit_note_id=note.id))
    return _credit_page(invoice, form, seen)


@blueprint.get("/credit-notes/<credit_note_id>")
@page("read:invoices")
def detail(credit_note_id: str) -> ResponseReturnValue:
    """What it credits and what became of it."""
    note = get_credit_note(credit_note_id)
    return render_template(
        "credit_notes/detail.html",
        note=note,
        invoice=get_invoice(note.invoice_id) if note.invoice_id else None,
        customer=get_customer(note.customer_id),
        events=timeline(object_id=credit_note_id),
    )


@blueprint.route("/credit-notes/<credit_note_id>/void", methods=["GET", "POST"])
@page("write:invoices")
def void(credit_note_id: str) -> ResponseReturnValue:
    """Ask once why, then take it back."""
    note = get_credit_note(credit_note_id)
    own = url_for(".detail", credit_note_id=note.id)
    form = VoidNoteForm(revision=note.revision)
    if form.submit(lambda data: void_credit_note(credit_note_id, data, form.expected_revision)):
        return done(gettext("%(number)s is void.", number=note.number), own)
    return confirm_page(
        form,
        gettext("Void %(number)s?", number=note.number),
        _taken_back(note),
        gettext("It keeps its number and stays in the list. This cannot be undone."),
        document=note,
        button=gettext("Void credit note"),
        trail=[(gettext("Credit notes"), url_for(".index")), (note.number, own)],
        danger=True,
    )


class _Seen:
    """Issues what was seen in a preview; whatever else is asked for is previewed first."""

    preview: CreditNote | None = None
    mark: str = ""

    def act(self, form: CreditForm, data: CreditNoteInput) -> CreditNote | None:
        mark = mark_of(data, form.expected_revision)
        if request.form.get("seen") == mark:
            return create_credit_note(data, form.expected_revision)
        self.preview, self.mark = preview_credit_note(data), mark
        return None


def _credit_page(invoice: Invoice, form: CreditForm, seen: _Seen) -> ResponseReturnValue:
    return form_page(
        "credit_notes/form.html",
        form,
        document=invoice,
        invoice=invoice,
        customer=get_customer(invoice.customer_id),
        left=lines_left(invoice) if invoice.is_creditable else [],
        preview=seen.preview,
        mark=seen.mark,
    )


def _parts(note: CreditNote) -> str:
    """`$30.00 less due, $20.00 refunded`."""
    named = [
        (note.due_reduction, lazy("%(amount)s less due")),
        (note.refund_amount, lazy("%(amount)s refunded")),
        (note.credit_amount, lazy("%(amount)s as credit")),
    ]
    return ", ".join(
        str(words) % {"amount": money(part, note.currency)} for part, words in named if part
    )


def _taken_back(note: CreditNote) -> str:
    due = money(note.due_reduction, note.currency)
    credit = money(note.credit_amount, note.currency)
    if note.due_reduction and note.credit_amount:
        said = gettext(
            "%(due)s is due again, and %(credit)s of credit is taken back.", due=due, credit=credit
        )
    elif note.due_reduction:
        said = gettext("%(due)s is due again.", due=due)
    else:
        said = gettext("%(credit)s of credit is taken back.", credit=credit)
    return str(said)
