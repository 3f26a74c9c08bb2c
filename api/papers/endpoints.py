"""Documents as PDF: made when they are asked for, in the customer's language."""

from api.customers.statement import StatementQuery
from api.endpoint import Endpoints
from api.papers.answers import Pdf
from billing.credit_notes.errors import CreditNoteNotFound
from billing.customers.errors import CustomerNotFound
from billing.invoices.errors import InvoiceNotFound
from billing.papers import queries
from billing.papers.errors import PaymentNotReceived
from billing.papers.paper import Paper
from billing.payments.errors import PaymentNotFound
from billing.reports.statement_balances import StatementTooLong

READ = "read:invoices"

endpoints = Endpoints("Documents", "Invoices, credit notes, receipts and statements as PDF.")


@endpoints.get(
    "/invoices/<invoice_id>/pdf",
    "Get an invoice as PDF",
    scope=READ,
    answer=Pdf(),
    refusals=(InvoiceNotFound,),
)
def get_invoice_pdf(invoice_id: str) -> Paper:
    """As it stands: what was paid and credited since it was issued is told. Drafts, void invoices
    and those of customers on test clocks are marked as such."""
    return queries.get_invoice_paper(invoice_id)


@endpoints.get(
    "/credit_notes/<credit_note_id>/pdf",
    "Get a credit note as PDF",
    scope=READ,
    answer=Pdf(),
    refusals=(CreditNoteNotFound,),
)
def get_credit_note_pdf(credit_note_id: str) -> Paper:
    """What it takes back, and what became of it."""
    return queries.get_credit_note_paper(credit_note_id)


@endpoints.get(
    "/payments/<payment_id>/receipt",
    "Get the receipt of a payment as PDF",
    scope=READ,
    answer=Pdf(),
    refusals=(PaymentNotFound, PaymentNotReceived),
)
def get_payment_receipt(payment_id: str) -> Paper:
    """What came in, what for, and what went back."""
    return queries.get_receipt(payment_id)


@endpoints.get(
    "/customers/<customer_id>/statement/pdf",
    "Get a customer's statement as PDF",
    scope=READ,
    query=StatementQuery,
    answer=Pdf(),
    refusals=(CustomerNotFound, StatementTooLong),
)
def get_statement_pdf(customer_id: str, query: StatementQuery) -> Paper:
    """What was charged, paid and credited from one day to another, and what is owed then; at most
    1,000 lines."""
    return queries.get_statement_paper(customer_id, **query.arguments())
