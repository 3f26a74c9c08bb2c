"""Invoices: list, detail, create, edit a draft."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.credit_notes.queries import credit_notes_of
from billing.customers.models import Customer
from billing.customers.queries import customer_names, get_customer, list_customers
from billing.dunning.due import first_reminder
from billing.invoices.inputs import InvoiceInput, as_input
from billing.invoices.models import Invoice
from billing.invoices.one_off import create_invoice, update_invoice
from billing.invoices.preview_invoice import preview_invoice
from billing.invoices.queries import get_invoice, is_overdue
from billing.payments.queries import payments_of
from billing.payments.source import source_of
from portal.access import page
from portal.answers import done, form_page, timeline
from portal.bulk.pages import add_bulk
from portal.forms import PREVIEW
from portal.invoices import issuing, settling
from portal.invoices.forms import InvoiceForm
from portal.invoices.listed import INVOICES
from portal.listing import listing, respond
from portal.lists.export import add_export

blueprint = Blueprint("invoices", __name__, url_prefix="/invoices")
_ACTS = {
    "finalize": issuing.finalize,
    "send": issuing.send,
    "pay": settling.pay,
    "void": settling.void,
    "uncollectible": settling.give_up,
}
for name, view in _ACTS.items():
    blueprint.add_url_rule(f"/<invoice_id>/{name}", name, view, methods=["GET", "POST"])
add_export(blueprint, INVOICES)
add_bulk(blueprint, INVOICES)
STATUSES = [
    ("", lazy("All")),
    ("draft", lazy("Drafts")),
    ("open", lazy("Open")),
    ("paid", lazy("Paid")),
    ("uncollectible", lazy("Uncollectible")),
    ("void", lazy("Void")),
]


@blueprint.get("")
@page("read:invoices")
def index() -> ResponseReturnValue:
    """Search, filter and sort invoices."""
    found = INVOICES.page()
    return respond(
        "invoices/index.html",
        "invoices/_results.html",
        found,
        statuses=STATUSES,
        customers=customer_names([row["customer_id"] for row in found.items]),
        is_overdue=is_overdue,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:invoices")
def create() -> ResponseReturnValue:
    """Choose a customer first, then write the lines."""
    customer_id = request.args.get("customer_id")
    if not customer_id:
        found = listing(list_customers, "q")
        context = {
            "title": gettext("New invoice"),
            "trail": [(gettext("Invoices"), url_for(".index"))],
        }
        return respond("_shared/pick_customer.html", "_shared/_pick.html", found, **context)
    customer = get_customer(customer_id)
    form = InvoiceForm(customer_id=customer_id, currency=customer.preferences.currency)
    if PREVIEW in request.form:
        return _previewed(form, customer)
    if invoice := form.submit(create_invoice):
        return done(_saved(invoice), url_for(".detail", invoice_id=invoice.id))
    return form_page("invoices/form.html", form, customer=customer)


@blueprint.get("/<invoice_id>")
@page("read:invoices")
def detail(invoice_id: str) -> ResponseReturnValue:
    """The invoice as it was issued, what became of it, and what can be done."""
    invoice = get_invoice(invoice_id)
    customer = get_customer(invoice.customer_id)
    return render_template(
        "invoices/detail.html",
        invoice=invoice,
        customer=customer,
        overdue=is_overdue(invoice.row()),
        payments=payments_of(invoice_id),
        credit_notes=credit_notes_of(invoice_id),
        reminder_date=first_reminder(invoice),
        chargeable=source_of(customer) is not None,
        events=timeline(object_id=invoice_id),
    )


@blueprint.route("/<invoice_id>/edit", methods=["GET", "POST"])
@page("write:invoices")
def edit(invoice_id: str) -> ResponseReturnValue:
    """Change a draft, or issue it with the change."""
    invoice = get_invoice(invoice_id)
    form = InvoiceForm(as_input(invoice), revision=invoice.revision)
    if PREVIEW in request.form:
        return _previewed(form, get_customer(invoice.customer_id), invoice)

    def save(data: InvoiceInput) -> Invoice:
        return update_invoice(invoice_id, data, form.expected_revision)

    if saved := form.submit(save):
        return done(_saved(saved), url_for(".detail", invoice_id=invoice_id))
    customer = get_customer(invoice.customer_id)
    return form_page(
        "invoices/form.html", form, document=invoice, invoice=invoice, customer=customer
    )


def _previewed(
    form: InvoiceForm, customer: Customer, draft: Invoice | None = None
) -> ResponseReturnValue:
    """The form as it was typed, with what it would come to."""
    row = form.attempt(lambda data: preview_invoice(data, draft_id=draft and draft.id))
    return form_page("invoices/form.html", form, invoice=draft, customer=customer, preview=row)


def _saved(invoice: Invoice) -> str:
    if invoice.is_draft:
        return str(gettext("The draft is saved."))
    return str(gettext("%(number)s was issued.", number=invoice.number))
