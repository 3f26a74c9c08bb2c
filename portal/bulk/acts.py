"""What lists offer to do with many of their rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkAct:
    """`name` is its button's value; `kind` one of billing.bulk.kinds."""

    name: str
    kind: str
    verb: str
    """`Void`, of which the buttons and the heading are made."""
    done: str
    """`voided`."""
    explanation: str
    sums: str = ""
    """What the amounts of the rows come to, if they say anything together."""
    danger: bool = False


INVOICE_ACTS = (
    BulkAct(
        "send", "invoices.send", "Send", "sent",
        "Each is mailed to its customer with its PDF, also to those who have had it before.",
        sums="Still due on them",
    ),
    BulkAct(
        "void", "invoices.void", "Void", "voided",
        "They keep their numbers and stay in the list. This cannot be taken back.",
        sums="No longer due", danger=True,
    ),
    BulkAct(
        "give_up", "invoices.give_up", "Mark uncollectible", "marked uncollectible",
        "You no longer expect what is due. A payment can still be recorded if it comes after all.",
        sums="No longer expected", danger=True,
    ),
)  # fmt: skip
SUBSCRIPTION_ACTS = (
    BulkAct(
        "cancel", "subscriptions.cancel", "Cancel", "cancelled",
        "Service goes on until the end of the paid period; it can be taken back until then.",
        sums="MRR that ends", danger=True,
    ),
)  # fmt: skip
CUSTOMER_ACTS = (
    BulkAct(
        "delete", "customers.delete", "Delete", "deleted",
        "They leave all lists and can no longer be billed. Invoices and their history stay.",
        danger=True,
    ),
)  # fmt: skip
