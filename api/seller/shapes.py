"""How the seller's settings look."""

from typing import Literal

from api.customers.shapes import Address
from api.shape import Id, Instant, Shape
from billing.seller.models import FinalAction, NumberReset, Proration


class ChangeDefaults(Shape):
    """How each kind of change is prorated unless the request says otherwise."""

    upgrade: Proration
    downgrade: Proration
    cycle_change: Proration
    quantity_up: Proration
    quantity_down: Proration


class Dunning(Shape):
    """What happens to an invoice that nobody pays."""

    days: list[int]
    """Days after the due date on which to remind and retry."""
    final_action: FinalAction


class Settings(Shape):
    """The seller's particulars and the rules of the house; issued invoices keep theirs."""

    object: Literal["settings"]
    name: str
    address: Address | None
    tax_id: str | None
    logo: str | None
    """The id of the picture on new invoices; it is uploaded in the portal."""
    payment_instructions: str | None
    invoice_prefix: str
    credit_note_prefix: str
    number_reset: NumberReset
    payment_terms_days: int
    timezone: str
    default_tax_rate_ids: list[Id]
    change_defaults: ChangeDefaults
    dunning: Dunning
    updated_at: Instant | None
    """null before the first change."""
