"""Mailing what a run issues, queued with the invoices themselves."""

from collections.abc import Iterator

from billing.database import Row, database
from billing.invoices.mails import is_wanted
from billing.invoices.prepare_bills import Prepared
from billing.mail.models import MAILS
from billing.mail.outbox import mail_row
from billing.seller import current_seller


def mail_invoices(written: Prepared) -> None:
    """Queue each invoice of a batch, if the settings say so, inside its transaction."""
    invoices = list(written.invoices)
    if invoices and current_seller()["mails"]["invoices"]:
        rows = list(_rows(invoices))
        if rows:
            database()[MAILS].insert_many(rows, ordered=False)


def _rows(invoices: list[Row]) -> Iterator[Row]:
    ids = list({invoice["customer_id"] for invoice in invoices})
    fields = {"name": 1, "email": 1, "contacts": 1, "preferences": 1}
    found = database().customers.find({"_id": {"$in": ids}}, fields)
    customers = {row["_id"]: row for row in found}
    for invoice in invoices:
        customer = customers[invoice["customer_id"]]
        if is_wanted(customer["preferences"]["invoice_delivery"], customer["email"]):
            yield _row(invoice, customer)


def _row(invoice: Row, customer: Row) -> Row:
    facts = {
        "name": customer["name"],
        "number": invoice["number"],
        "amount": [invoice["amount_due"] or invoice["total"], invoice["currency"]],
    }
    if invoice["amount_due"]:
        facts["due_date"] = invoice["due_date"]
    language = customer["preferences"]["locale"]
    copies = [contact["email"] for contact in customer.get("contacts") or ()]
    to = customer["email"]
    return {
        **mail_row("invoice", to=to, language=language, facts=facts, copies=copies),
        "customer_id": customer["_id"],
        "about": invoice["_id"],
        "document": ["invoice", invoice["_id"]],
        "once": f"invoice:{invoice['_id']}",
    }
