"""The list of invoices."""

from billing.customers.queries import customer_names
from billing.invoices.queries import list_invoices
from portal.bulk.acts import INVOICE_ACTS
from portal.lists.columns import amounts, looked_up, value, values
from portal.lists.filters import day, flag, text
from portal.lists.staff_list import StaffList

INVOICES = StaffList(
    name="invoices",
    rows="invoices",
    scope="read:invoices",
    query=list_invoices,
    filters={
        "q": text,
        "status": text,
        "overdue": flag,
        "customer_id": text,
        "subscription_id": text,
        "currency": text,
        "issued_from": day,
        "issued_before": day,
        "due_from": day,
        "due_before": day,
    },
    more={
        "currency": (),
        "issued_from": (),
        "issued_before": (),
        "due_from": (),
        "due_before": (),
    },
    shown=frozenset({"q", "status", "overdue"}),
    names={"customer_id": customer_names},
    acts=INVOICE_ACTS,
    acts_scope="write:invoices",
    columns=[
        value("id", "_id"),
        *values("number", "status", "customer_id"),
        looked_up("customer_name", "customer_id", customer_names),
        *values("subscription_id", "issue_date", "due_date", "paid_date"),
        *values("period_start", "period_end"),
        *amounts("subtotal", "discount_total", "tax_total", "total"),
        *amounts("credit_applied", "amount_paid", "amount_due"),
        *values("currency", "purchase_order", "created_at", "updated_at"),
    ],
)
