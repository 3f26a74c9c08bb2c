"""The list of credit notes."""

from billing.credit_notes.queries import list_credit_notes
from billing.customers.queries import customer_names
from billing.invoices.queries import invoice_numbers
from portal.lists.columns import amounts, looked_up, value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

CREDIT_NOTES = StaffList(
    name="credit_notes",
    rows="credit notes",
    scope="read:invoices",
    query=list_credit_notes,
    filters={"q": text, "status": text, "customer_id": text, "invoice_id": text},
    names={"customer_id": customer_names, "invoice_id": invoice_numbers},
    columns=[
        value("id", "_id"),
        *values("number", "status", "customer_id"),
        looked_up("customer_name", "customer_id", customer_names),
        value("invoice_id"),
        looked_up("invoice_number", "invoice_id", invoice_numbers),
        *values("issue_date", "reason"),
        *amounts("subtotal", "tax_total", "total"),
        *amounts("due_reduction", "refund_amount", "credit_amount"),
        *values("currency", "created_at"),
    ],
)
