"""The list of payments."""

from billing.customers.queries import customer_names
from billing.invoices.queries import invoice_numbers
from billing.payments.queries import list_payments
from portal.lists.columns import amounts, looked_up, value, values
from portal.lists.filters import day, text
from portal.lists.staff_list import StaffList

PAYMENTS = StaffList(
    name="payments",
    rows="payments",
    scope="read:invoices",
    query=list_payments,
    filters={
        "q": text,
        "status": text,
        "customer_id": text,
        "invoice_id": text,
        "paid_from": day,
        "paid_before": day,
    },
    more={"paid_from": (), "paid_before": ()},
    names={"customer_id": customer_names, "invoice_id": invoice_numbers},
    columns=[
        value("id", "_id"),
        *values("status", "customer_id"),
        looked_up("customer_name", "customer_id", customer_names),
        value("invoice_id"),
        looked_up("invoice_number", "invoice_id", invoice_numbers),
        *values("method", "provider", "provider_reference", "paid_date"),
        *amounts("amount", "credited_amount", "refunded_amount"),
        *values("currency", "failure_code", "created_at"),
    ],
)
