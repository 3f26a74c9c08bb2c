"""Who issues the invoices: one document, read when an invoice is made."""

from typing import Any, Literal, NotRequired, TypedDict, cast

from billing.database import Row, database
from billing.indexes import declare_indexes
from billing.keeping import Kept
from billing.schema import VERSION_FIELD, version_mark

SELLER = "seller"
"""The key of the one document in the collection `settings`."""

declare_indexes("settings")
declare_indexes("logos")

Proration = Literal["create_prorations", "always_invoice", "none"]
NumberReset = Literal["yearly", "never"]
FinalAction = Literal["unpaid", "cancel", "leave"]


class ChangeDefaults(TypedDict):
    """How each kind of change is prorated unless the request says otherwise."""

    upgrade: Proration
    downgrade: Proration
    cycle_change: Proration
    quantity_up: Proration
    quantity_down: Proration


class Dunning(TypedDict):
    """On which days after the due date to remind and retry, ascending, and what ends it.

    `automatic`: the worker does it once a day; settings of before it existed do without the word.
    """

    days: list[int]
    final_action: FinalAction
    automatic: NotRequired[bool]


class BillingRunRules(TypedDict):
    """Whether the billing run begins by itself, and at what time of each day (`04:00`, in the
    seller's time zone)."""

    automatic: bool
    time: str


class SelfService(TypedDict):
    """What customers may do by themselves with their subscriptions."""

    change_quantity: bool
    change_plan: bool
    cancel: bool
    resume: bool


class Mails(TypedDict):
    """Which mails customers get without anybody sending them."""

    invoices: bool
    receipts: bool
    reminders: bool
    trials: bool


class Seller(TypedDict):
    """The seller's particulars as they are frozen into invoices, and the rules of the house.

    `logo` is the id of a stored picture, `brand_color` is as CSS writes it: `#1b6660`.
    `payment_terms_days` and `timezone` are what new customers get. `default_tax_rate_ids` tax
    lines whose customer names no rates.
    """

    name: str
    address: dict[str, str] | None
    tax_id: str | None
    logo: str | None
    brand_color: str | None
    payment_instructions: str | None
    invoice_prefix: str
    credit_note_prefix: str
    number_reset: NumberReset
    payment_terms_days: int
    timezone: str
    default_tax_rate_ids: list[str]
    change_defaults: ChangeDefaults
    billing_run: BillingRunRules
    dunning: Dunning
    self_service: SelfService
    mails: Mails


DEFAULT_SELLER = Seller(
    name="Your company",
    address=None,
    tax_id=None,
    logo=None,
    brand_color=None,
    payment_instructions=None,
    invoice_prefix="INV",
    credit_note_prefix="CN",
    number_reset="yearly",
    payment_terms_days=14,
    timezone="UTC",
    default_tax_rate_ids=[],
    change_defaults=ChangeDefaults(
        upgrade="create_prorations",
        downgrade="create_prorations",
        cycle_change="create_prorations",
        quantity_up="create_prorations",
        quantity_down="create_prorations",
    ),
    # A person approves each run until somebody decides otherwise.
    billing_run=BillingRunRules(automatic=False, time="04:00"),
    dunning=Dunning(days=[0, 3, 7, 14], final_action="unpaid", automatic=True),
    self_service=SelfService(change_quantity=True, change_plan=True, cancel=True, resume=True),
    # A run of an installation that never mailed its invoices must not begin to by itself.
    mails=Mails(invoices=False, receipts=True, reminders=True, trials=True),
)
_OUTSIDE = dict.fromkeys(("_id", "revision", "created_at", "updated_at", VERSION_FIELD), 0)

kept_seller: Kept[str, Seller] = Kept(most=1)


def current_seller() -> Seller:
    """The seller's particulars, defaults where none were saved."""
    saved: dict[str, Any] = database().settings.find_one({"_id": SELLER}, _OUTSIDE) or {}
    return cast("Seller", {**DEFAULT_SELLER, **saved})


def known_seller() -> Seller:
    """Like current_seller, mostly without a look: right for all that no document depends on, and
    not to be changed by the caller. What decides about money is read in its own transaction."""
    return kept_seller.get(SELLER, current_seller)


def settings_row() -> Row:
    """Like current_seller, with `_id`, `revision` (1 before the first save) and `updated_at`."""
    saved = database().settings.find_one({"_id": SELLER}) or version_mark("settings")
    return {"_id": SELLER, "revision": 1, "updated_at": None, **DEFAULT_SELLER, **saved}
