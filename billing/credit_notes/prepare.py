"""Computing a credit note; nothing is written here, so a preview is the same as the real one."""

from billing import clock
from billing.credit_notes.allocate import (
    Share,
    by_amount,
    by_lines,
    shares_of,
    total_of,
    what_is_left,
)
from billing.credit_notes.errors import (
    CreditExceedsInvoice,
    CreditLineUnknown,
    InvoiceNotCreditable,
)
from billing.credit_notes.inputs import CreditNoteInput, CreditNoteLineInput
from billing.credit_notes.models import CreditNote
from billing.credit_notes.queries import credit_notes_of
from billing.credit_notes.settle import Received, settle
from billing.customers.queries import get_customer
from billing.database import Row
from billing.errors import FieldError
from billing.invoices.models import Invoice
from billing.money import Money
from billing.phrases import Code, Phrase


def prepare_credit_note(invoice: Invoice, data: CreditNoteInput, received: Received) -> CreditNote:
    """The credit note that `data` asks for, neither numbered nor stored.

    Raises InvoiceNotCreditable, CreditExceedsInvoice, CreditLineUnknown, SettlementOutOfRange.
    """
    if not invoice.is_creditable:
        raise InvoiceNotCreditable(
            "This invoice cannot be credited: %(because)s.", because=_because(invoice)
        )
    row = invoice.row()
    on_top = [not tax["inclusive"] for tax in row.get("taxes") or []]
    shares = _shares(row, data, on_top)
    total = total_of(shares, on_top)
    parts = settle(total, invoice.amount_due, received, data.refund_amount, data.credit_amount)
    timezone = get_customer(invoice.customer_id).preferences.timezone
    return CreditNote(
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        currency=invoice.currency,
        reason=data.reason,
        issue_date=clock.today(timezone),
        lines=_lines(row, shares),
        taxes=_taxes(row, shares),
        subtotal=sum(share.net for share in shares),
        tax_total=sum(sum(share.taxes) for share in shares),
        total=total,
        due_reduction=parts.due_reduction,
        refund_amount=parts.refund,
        credit_amount=parts.credit,
        returned_amount=parts.returned,
    )


def lines_left(invoice: Invoice) -> list[int]:
    """What can still be credited of each line, before taxes on top."""
    return [max(share.net, 0) for share in _left(invoice.row())]


def _because(invoice: Invoice) -> Phrase:
    if invoice.status in {"draft", "void"}:
        return Phrase("it is %(status)s", status=Code(invoice.status))
    return Phrase("nothing of it is left" if invoice.total > 0 else "it claims nothing")


def _shares(row: Row, data: CreditNoteInput, on_top: list[bool]) -> list[Share]:
    left = _left(row)
    most = total_of(left, on_top)
    if data.lines is not None:
        shares = by_lines(left, _nets(left, data.lines, row["currency"]))
        asked = total_of(shares, on_top)
    else:
        asked = most if data.amount is None else data.amount
        shares = by_amount(left, on_top, min(asked, most))
    if asked > most:
        raise CreditExceedsInvoice(
            "Only %(left)s of this invoice is left to credit; enter no more.",
            left=Money(most, row["currency"]),
            field="amount" if data.lines is None else "lines",
        )
    return shares


def _left(row: Row) -> list[Share]:
    """What the notes that were issued before leave of the invoice's lines."""
    rates = len(row.get("taxes") or [])
    taken = [
        _by_position(note["lines"], len(row["line_items"]), rates)
        for note in credit_notes_of(row["_id"])
        if note["status"] == "issued"
    ]
    return what_is_left(shares_of(row["line_items"], row.get("taxes") or []), taken)


def _by_position(lines: list[Row], count: int, rates: int) -> list[Share]:
    shares = [Share(0, (0,) * rates)] * count
    for line in lines:
        shares[line["line"]] = Share(line["amount"], tuple(line["taxes"]))
    return shares


def _nets(left: list[Share], lines: list[CreditNoteLineInput], currency: str) -> list[int]:
    nets, wrong = [0] * len(left), []
    for position, wanted in enumerate(lines):
        most = left[wanted.line].net if wanted.line < len(left) else 0
        if most <= 0:
            wrong.append(FieldError(f"lines.{position}.line", Phrase("has nothing left to credit")))
        elif wanted.amount > most:
            told = Phrase("Only %(left)s of it is left.", left=Money(most, currency))
            wrong.append(FieldError(f"lines.{position}.amount", told))
        else:
            nets[wanted.line] = wanted.amount
    if wrong:
        raise CreditLineUnknown("Some lines cannot be credited.", errors=wrong)
    return nets


def _lines(row: Row, shares: list[Share]) -> list[Row]:
    return [
        {
            "line": position,
            "description": row["line_items"][position]["description"],
            "amount": share.net,
            "tax_amount": sum(share.taxes),
            "taxes": list(share.taxes),
        }
        for position, share in enumerate(shares)
        if share.net or any(share.taxes)
    ]


def _taxes(row: Row, shares: list[Share]) -> list[Row]:
    names = ("tax_rate_id", "name", "percentage", "inclusive")
    return [
        {**{name: tax.get(name) for name in names}, "amount": sum(s.taxes[i] for s in shares)}
        for i, tax in enumerate(row.get("taxes") or [])
    ]
