"""The form that credits an invoice: an amount, or amounts of its lines, after a preview."""

import hashlib
from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import Form, HiddenField, TextAreaField

from billing.credit_notes.inputs import CreditNoteInput, VoidCreditNote
from billing.invoices.models import Invoice
from billing.plans.line_words import line_words
from portal.forms import InputForm, MoneyField, RowsField
from portal.languages.saying import said

LABELS = (lazy("Amount"), lazy("Lines"), lazy("Refund"), lazy("Credit"))
"""What only fields say that are not looked through for words, named so that it is translated."""


class LineForm(Form):
    line = HiddenField()
    amount = MoneyField("Credit")


class LinesField(RowsField):
    """A row for each line of the invoice; those without an amount do not count."""

    @property
    def filled(self) -> list[Any]:
        """The rows with an amount."""
        return [row for row in self.entries if (row.form["amount"].data or "").strip()]


class CreditForm(InputForm):
    model = CreditNoteInput
    amount = MoneyField("Amount")
    lines = LinesField(LineForm, "Lines", min_entries=0)
    refund_amount = MoneyField("Refund")
    credit_amount = MoneyField("Credit")
    reason = TextAreaField("Reason")

    def __init__(self, invoice: Invoice) -> None:
        self._currency = str(invoice.currency)
        rows = [{"line": str(position)} for position in range(len(invoice.line_items))]
        current = CreditNoteInput(invoice_id=invoice.id)
        super().__init__(current, revision=invoice.revision, lines=rows)
        for row, item in zip(self.lines.entries, invoice.line_items, strict=False):
            row.form["amount"].label.text = said(line_words(item.kind, item.description))

    @property
    def amounts_in(self) -> str:
        """The invoice's."""
        return self._currency

    def parse(self) -> Any:
        """Without a line, no lines: they are not an empty list."""
        if self.lines.filled:
            return super().parse()
        lines = self._fields.pop("lines")
        try:
            return super().parse()
        finally:
            self._fields["lines"] = lines


class VoidNoteForm(InputForm):
    model = VoidCreditNote
    reason = TextAreaField("Reason")


def mark_of(data: CreditNoteInput, revision: int | None) -> str:
    """What a previewed request is recognised by: what is issued is what was seen."""
    told = f"{revision}:{data.model_dump_json()}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]
