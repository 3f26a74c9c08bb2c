"""What may be said of the seller and the rules of the house."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from billing.addresses import AddressInput
from billing.database import Row
from billing.errors import WrongValue
from billing.inputs import (
    Input,
    Line,
    Name,
    ObjectId,
    Prose,
    TermsDays,
    TimeZone,
    WholeNumber,
)
from billing.seller.models import FinalAction, NumberReset, Proration


def _no_trial(value: str) -> str:
    if value.startswith("TEST"):
        raise WrongValue("must not begin with TEST, which marks what is on a test clock")
    return value


Prefix = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,9}$"), AfterValidator(_no_trial)]

BrandColor = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(str.lower)]


def _ascending(days: list[int]) -> list[int]:
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise WrongValue("must ascend, each day once")
    return days


class ChangeDefaultsInput(Input):
    """How each kind of change is prorated unless the request says otherwise."""

    upgrade: Proration = "create_prorations"
    downgrade: Proration = "create_prorations"
    cycle_change: Proration = "create_prorations"
    quantity_up: Proration = "create_prorations"
    quantity_down: Proration = "create_prorations"


TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class BillingRunInput(Input):
    """When the billing run begins by itself, if it does."""

    automatic: bool = False
    """Whether everyone who is due is billed once a day without anybody approving it."""
    time: TimeOfDay = "04:00"
    """The time of day from which on, in the seller's time zone."""


class DunningInput(Input):
    """What happens to an invoice that nobody pays."""

    days: Annotated[
        list[Annotated[WholeNumber, Field(ge=0, le=365)]],
        Field(max_length=10),
        AfterValidator(_ascending),
    ] = [0, 3, 7, 14]
    """Days after the due date on which to remind and retry; none at all: no dunning."""
    final_action: FinalAction = "unpaid"
    """After the last step: mark the subscription `unpaid`, `cancel` it, or `leave` it."""
    automatic: bool = True
    """Whether the worker takes the steps that are due, once a day."""


class SelfServiceInput(Input):
    """What customers may do by themselves with their subscriptions, on their own pages."""

    change_quantity: bool = True
    change_plan: bool = True
    """To another plan with `self_service`, in the same currency."""
    cancel: bool = True
    """At the end of the paid period, and take it back until then."""
    resume: bool = True
    """Let a paused subscription go on."""


class MailsInput(Input):
    """Which mails customers get without anybody sending them, unless their `invoice_delivery` is
    `none`."""

    invoices: bool = False
    """Each invoice that a billing run issues, with its PDF."""
    receipts: bool = True
    """Each payment that came in, with its receipt."""
    reminders: bool = True
    """Reminders and the final notice of overdue invoices, and payments that failed."""
    trials: bool = True
    """Three days before a trial ends."""


class SettingsInput(Input):
    """All settings of the seller but the logo."""

    name: Name
    address: AddressInput | None = None
    tax_id: Annotated[Line, Field(max_length=40)] | None = None
    brand_color: BrandColor | None = None
    """Of customers' pages, such as #1b6660; readable text and links are derived from it."""
    payment_instructions: Annotated[Prose, Field(max_length=1000)] | None = None
    """Printed on invoices that are to be paid, such as a bank account."""
    invoice_prefix: Prefix = "INV"
    """Begins every invoice's number: `INV-2026-000042`. Capital letters and digits."""
    credit_note_prefix: Prefix = "CN"
    number_reset: NumberReset = "yearly"
    """`yearly` begins anew each year, `INV-2026-000042`; `never` counts on, `INV-000042`."""
    payment_terms_days: TermsDays = 14
    """For new customers."""
    timezone: TimeZone = "UTC"
    """For new customers."""
    default_tax_rate_ids: Annotated[list[ObjectId], Field(max_length=10)] = []
    """Tax lines whose customer names no rates."""
    change_defaults: ChangeDefaultsInput = ChangeDefaultsInput()
    billing_run: BillingRunInput = BillingRunInput()
    dunning: DunningInput = DunningInput()
    self_service: SelfServiceInput = SelfServiceInput()
    mails: MailsInput = MailsInput()

    @model_validator(mode="after")
    def _series_differ(self) -> Self:
        if self.invoice_prefix == self.credit_note_prefix:
            raise WrongValue("invoice_prefix and credit_note_prefix must differ")
        if len(set(self.default_tax_rate_ids)) < len(self.default_tax_rate_ids):
            raise WrongValue("default_tax_rate_ids must name each rate once")
        return self


def as_input(row: Row) -> SettingsInput:
    """The input that would make the settings as they are."""
    names = SettingsInput.model_fields.keys() & row.keys()
    return SettingsInput.model_validate({name: row[name] for name in names})
