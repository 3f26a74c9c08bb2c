"""Writing a batch of past documents in one transaction, with the customers they need."""

from billing.customers.inputs import CustomerInput
from billing.customers.rows import new_customer_row
from billing.database import Row, database
from billing.events.journal import difference
from billing.events.models import event_row
from billing.imports.past_documents import PastDocument
from billing.imports.past_rows import Import, Stored, store
from billing.imports.reasons import by_import
from billing.transactions import operation


@operation
def write_documents(
    documents: list[PastDocument], of: Import, walk_in: CustomerInput | None
) -> int:
    """Write those documents that are not there yet; how many that were.

    All of them or none, so a batch that was cut off is simply written again.
    """
    there = known_numbers([document.number for document in documents])
    fresh = [document for document in documents if document.number not in there]
    if not fresh:
        return 0
    stored = Stored([], [], [], [])
    customers = _customers(fresh, of, walk_in, stored)
    for document in fresh:
        store(document, customers[_key(document, walk_in)], of, stored)
    for name in ("invoices", "credit_notes", "payments", "events"):
        if rows := getattr(stored, name):
            database()[name].insert_many(rows, ordered=False)
    return len(fresh)


def known_numbers(numbers: list[str]) -> dict[str, str | None]:
    """Those of the numbers that a document has, with the import that it came from, if any."""
    found: dict[str, str | None] = {}
    for collection in ("invoices", "credit_notes"):
        rows = database()[collection].find(
            {"number": {"$in": numbers}}, {"number": 1, "imported_from": 1}
        )
        found |= {row["number"]: row.get("imported_from") for row in rows}
    return found


def _key(document: PastDocument, walk_in: CustomerInput | None) -> str:
    return document.customer_key or (walk_in.external_id if walk_in else "") or ""


def _customers(
    documents: list[PastDocument], of: Import, walk_in: CustomerInput | None, stored: Stored
) -> dict[str, Row]:
    """The customers' rows by external id; those that are not there yet are made."""
    wanted: dict[str, PastDocument] = {}
    for document in documents:
        wanted.setdefault(_key(document, walk_in), document)
    found = database().customers.find({"external_id": {"$in": list(wanted)}})
    customers = {row["external_id"]: row for row in found}
    new = [
        _new_customer(document, document.customer or walk_in, of, stored)
        for key, document in wanted.items()
        if key not in customers
    ]
    if new:
        database().customers.insert_many(new, ordered=False)
    return customers | {row["external_id"]: row for row in new}


def _new_customer(
    document: PastDocument, data: CustomerInput | None, of: Import, stored: Stored
) -> Row:
    if data is None:
        raise ValueError("a document without a customer needs a walk-in customer")
    row = new_customer_row(data, of.seller)
    reason = by_import(of.name, document.row.line)
    changes = difference({}, row)
    stored.events.append(
        event_row(
            "customer.created", row["_id"], customer_id=row["_id"], changes=changes, reason=reason
        )
    )
    return row
