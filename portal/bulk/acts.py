"""What lists offer to do with many of their rows."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext, pgettext
from flask_babel.speaklater import LazyString

from portal.values import quantity


@dataclass(frozen=True, slots=True)
class BulkAct:
    """`name` is its button's value; `kind` one of billing.bulk.kinds."""

    name: str
    kind: str
    verb: str
    """`Void`, as its button says."""
    done: str
    """`voided`."""
    title: str
    """`Void invoices`, as its page is called."""
    counted: Callable[[int], str]
    """`Void 3 invoices`, of which the button and the heading are made."""
    explanation: str
    sums: str = ""
    """What the amounts of the rows come to, if they say anything together."""
    danger: bool = False


def _send(count: int) -> str:
    return str(
        ngettext(
            "Send %(number)s invoice", "Send %(number)s invoices", count, number=quantity(count)
        )
    )


def _void(count: int) -> str:
    return str(
        ngettext(
            "Void %(number)s invoice", "Void %(number)s invoices", count, number=quantity(count)
        )
    )


def _give_up(count: int) -> str:
    return str(
        ngettext(
            "Mark uncollectible %(number)s invoice",
            "Mark uncollectible %(number)s invoices",
            count,
            number=quantity(count),
        )
    )


def _cancel(count: int) -> str:
    return str(
        ngettext(
            "Cancel %(number)s subscription",
            "Cancel %(number)s subscriptions",
            count,
            number=quantity(count),
        )
    )


def _delete(count: int) -> str:
    return str(
        ngettext(
            "Delete %(number)s customer",
            "Delete %(number)s customers",
            count,
            number=quantity(count),
        )
    )


INVOICE_ACTS = (
    BulkAct(
        "send", "invoices.send",
        lazy("Send"), lazy("sent"), lazy("Send invoices"), _send,
        lazy("Each is mailed to its customer with its PDF, also to those who have had it before."),
        sums=lazy("Still due on them"),
    ),
    BulkAct(
        "void", "invoices.void",
        LazyString(lambda: pgettext("act", "Void")), lazy("voided"), lazy("Void invoices"), _void,
        lazy("They keep their numbers and stay in the list. This cannot be taken back."),
        sums=lazy("No longer due"), danger=True,
    ),
    BulkAct(
        "give_up", "invoices.give_up",
        lazy("Mark uncollectible"), lazy("marked uncollectible"),
        lazy("Mark uncollectible invoices"), _give_up,
        lazy(
            "You no longer expect what is due. "
            "A payment can still be recorded if it comes after all."
        ),
        sums=lazy("No longer expected"), danger=True,
    ),
)  # fmt: skip
SUBSCRIPTION_ACTS = (
    BulkAct(
        "cancel", "subscriptions.cancel",
        LazyString(lambda: pgettext("act", "Cancel")), lazy("cancelled"),
        lazy("Cancel subscriptions"), _cancel,
        lazy("Service goes on until the end of the paid period; it can be taken back until then."),
        sums=lazy("MRR that ends"), danger=True,
    ),
)  # fmt: skip
CUSTOMER_ACTS = (
    BulkAct(
        "delete", "customers.delete",
        lazy("Delete"), lazy("deleted"), lazy("Delete customers"), _delete,
        lazy("They leave all lists and can no longer be billed. Invoices and their history stay."),
        danger=True,
    ),
)  # fmt: skip
