"""Finding payments."""

from billing.database import Row, database
from billing.invoices.queries import get_invoice


def payments_of(invoice_id: str) -> list[Row]:
    """The payments on an invoice, oldest first. Raises InvoiceNotFound."""
    get_invoice(invoice_id)
    return list(database().payments.find({"invoice_id": invoice_id}).sort("_id", 1))
