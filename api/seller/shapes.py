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


class BillingRunRules(Shape):
    """When the billing run begins by itself, if it does."""

    automatic: bool
    """Whether everyone who is due is billed once a day without anybody approving it."""
    time: str
    """The time of day from which on, in the seller's time zone, such as 04:00."""


class Dunning(Shape):
    """What happens to an invoice that nobody pays."""

    days: list[int]
    """Days after the due date on which to remind and retry."""
    final_action: FinalAction
    automatic: bool
    """Whether the worker takes the steps that are due, once a day."""


class SelfService(Shape):
    """What customers may do by themselves with their subscriptions, on their own pages."""

    change_quantity: bool
    change_plan: bool
    """To another plan with `self_service`, in the same currency."""
    cancel: bool
    """At the end of the paid period, and take it back until then."""
    resume: bool
    """Let a paused subscription go on."""


class Mails(Shape):
    """Which mails customers get without anybody sending them, unless their `invoice_delivery` is
    `none`."""

    invoices: bool
    """Each invoice that a billing run issues, with its PDF."""
    receipts: bool
    """Each payment that came in, with its receipt."""
    reminders: bool
    """Reminders and the final notice of overdue invoices, and payments that failed."""
    trials: bool
    """Three days before a trial ends."""


class Settings(Shape):
    """The seller's particulars and the rules of the house; issued invoices keep theirs."""

    object: Literal["settings"]
    name: str
    address: Address | None
    tax_id: str | None
    logo: str | None
    """The id of the picture on new invoices; it is uploaded in the portal."""
    brand_color: str | None
    """Of customers' pages, such as #1b6660."""
    payment_instructions: str | None
    invoice_prefix: str
    credit_note_prefix: str
    number_reset: NumberReset
    payment_terms_days: int
    timezone: str
    default_tax_rate_ids: list[Id]
    change_defaults: ChangeDefaults
    billing_run: BillingRunRules
    dunning: Dunning
    self_service: SelfService
    mails: Mails
    updated_at: Instant | None
    """null before the first change."""
