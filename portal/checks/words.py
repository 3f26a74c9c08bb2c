"""What each rule of the books means to people, and what to do about a finding."""

from typing import Any

from babel.numbers import format_decimal
from flask_babel import lazy_gettext as lazy
from flask_babel.speaklater import LazyString

from billing.database import Row
from billing.runs.check import RULES
from portal.languages.reader import reader_locale


class Meaning:
    """What is compared with what, and what helps when it does not agree; as its reader speaks."""

    def __init__(self, compares: LazyString, remedy: LazyString) -> None:
        self._compares, self._remedy = compares, remedy

    @property
    def compares(self) -> str:
        return str(self._compares)

    @property
    def remedy(self) -> str:
        return str(self._remedy)


MEANINGS: dict[str, Meaning] = {
    "amounts add up": Meaning(
        lazy(
            "Of each invoice: lines against subtotal, subtotal less discounts plus taxes against "
            "total, and total less credit, payments and credit notes against what is due."
        ),
        lazy(
            "Leave the invoice as it is and do not collect it. Void it where nothing is paid, "
            "otherwise issue a credit note for the difference."
        ),
    ),
    "credit notes add up": Meaning(
        lazy(
            "Of each credit note: its lines against its total, its total against what it refunded, "
            "credited and took off, and all notes of an invoice against the invoice."
        ),
        lazy("Void the credit note and issue it again."),
    ),
    "numbers are gapless": Meaning(
        lazy("In each series of numbers: 1, 2, 3 and so on up to its counter, each once."),
        lazy(
            "Something was removed or restored outside of Duebill. Compare with a backup, and note "
            "the gap for your auditor; numbers are never given again."
        ),
    ),
    "numbers only when issued": Meaning(
        lazy("Drafts have no number, all other invoices have one."),
        lazy("The document was changed outside of Duebill. Compare it with its history."),
    ),
    "periods are seamless": Meaning(
        lazy(
            "Of each subscription: the periods on its invoices follow each other without overlap "
            "and without a hole, pauses apart."
        ),
        lazy(
            "An overlap was billed twice: issue a credit note. A hole was never billed: add an "
            "invoice by hand."
        ),
    ),
    "nobody is forgotten": Meaning(
        lazy(
            "After the last completed billing run nobody is still due by its date, "
            "the skipped apart."
        ),
        lazy("Begin a billing run for that date."),
    ),
    "credit is accounted for": Meaning(
        lazy(
            "Of each customer and currency: credit that was granted less credit that was used "
            "against the balance."
        ),
        lazy("Adjust the balance on the customer's page and give the finding as the reason."),
    ),
    "invoices move credit": Meaning(
        lazy("The credit on each invoice against what it moved on the customer's balance."),
        lazy("Adjust the balance on the customer's page and give the invoice as the reason."),
    ),
    "payments match": Meaning(
        lazy(
            "The payments of each invoice against what it says is paid; "
            "no payment without an invoice."
        ),
        lazy("Compare with the statement of your bank or provider before you correct either side."),
    ),
    "refunds match": Meaning(
        lazy("The refunds of each payment against what it says is refunded."),
        lazy(
            "Compare with the statement of your bank or provider before you refund anything more."
        ),
    ),
    "states are known": Meaning(
        lazy("Each document is in a state that exists; what is paid has nothing due."),
        lazy("The document was changed outside of Duebill. Compare it with its history."),
    ),
    "moves are allowed": Meaning(
        lazy("Each change of state in the audit trail is one that can happen."),
        lazy(
            "Look at who did it in the object's history, "
            "and set it right by hand where money moved."
        ),
    ),
    "events have their objects": Meaning(
        lazy("Each object that the audit trail tells of exists."),
        lazy("The object was removed outside of Duebill. Bring it back from a backup."),
    ),
}

NAMES = (
    lazy("amounts add up"),
    lazy("credit notes add up"),
    lazy("numbers are gapless"),
    lazy("numbers only when issued"),
    lazy("periods are seamless"),
    lazy("nobody is forgotten"),
    lazy("credit is accounted for"),
    lazy("invoices move credit"),
    lazy("payments match"),
    lazy("refunds match"),
    lazy("states are known"),
    lazy("moves are allowed"),
    lazy("events have their objects"),
)
"""Of the rules, named here so that they are translated."""


def rules_of(check: Row) -> list[dict[str, Any]]:
    """All rules with what they mean and, once the check is done, what became of each."""
    ruled = {row["rule"]: row for row in check.get("ruled", [])}
    return [{"name": rule, "means": MEANINGS[rule], "result": ruled.get(rule)} for rule in RULES]


def span(milliseconds: int) -> str:
    """`40 ms`, `2.5 s`, `3 min 20 s`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{format_decimal(milliseconds / 1000, '0.0', locale=reader_locale())} s"
    minutes, rest = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {rest} s"
