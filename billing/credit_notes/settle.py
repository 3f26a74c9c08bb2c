"""Pure: what becomes of a credit note's total. It reduces what is due, then returns what was paid,
then stands as credit, unless told otherwise. Source: domain.md, section 7."""

from dataclasses import dataclass

from billing.credit_notes.errors import SettlementOutOfRange


@dataclass(frozen=True, slots=True)
class Received:
    """What an invoice was paid, in smallest units: `refundable` could still go back through its
    payments; `returned` went back before, without a credit note that says why."""

    refundable: int = 0
    returned: int = 0

    @property
    def most(self) -> int:
        """What a note can say is refunded."""
        return self.refundable + self.returned


@dataclass(frozen=True, slots=True)
class Settlement:
    """The three parts of a note's total; `returned` is the part of `refund` that went before."""

    due_reduction: int
    refund: int
    credit: int
    returned: int


def settle(
    total: int, due: int, received: Received, refund: int | None = None, credit: int | None = None
) -> Settlement:
    """Split `total`, of an invoice on which `due` is still due. `refund` and `credit` are binding
    where given. Raises SettlementOutOfRange."""
    told = (refund or 0) + (credit or 0)
    if told > total:
        raise SettlementOutOfRange(
            "The parts come to more than the credit note.", field=_last(refund, credit)
        )
    if refund is not None and refund > received.most:
        raise SettlementOutOfRange(
            "More is to be refunded than was paid on this invoice.", field="refund_amount"
        )
    reduction = min(due, total - told)
    rest = total - told - reduction
    if refund is None:
        refund = min(rest, received.most)
        rest -= refund
    if credit is None:
        credit, rest = rest, 0
    if rest:
        raise SettlementOutOfRange(
            "The parts come to less than the credit note.", field="credit_amount"
        )
    return Settlement(reduction, refund, credit, min(refund, received.returned))


def _last(refund: int | None, credit: int | None) -> str:
    return "credit_amount" if credit and not (refund or 0) > credit else "refund_amount"
