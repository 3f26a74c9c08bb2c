"""The outbox as a list."""

from billing.customers.queries import customer_names
from billing.mail.kinds import KINDS
from billing.mail.queries import list_mails
from portal.lists.columns import computed, value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

MAILS = StaffList(
    name="outbox",
    rows="mails",
    scope="read:customers",
    query=list_mails,
    filters={"status": text, "kind": text, "to": text, "about": text, "customer_id": text},
    shown=frozenset({"status", "kind", "to"}),
    names={"customer_id": customer_names},
    columns=[
        value("id", "_id"),
        *values("status", "kind", "to", "language", "customer_id", "about", "tries"),
        *values("created_at", "sent_at"),
        computed(
            "last_words", ("attempts",), lambda row: (row["attempts"] or [{}])[-1].get("words")
        ),
    ],
)
KIND_NAMES = tuple(KINDS)
