"""The kinds of mail, and the facts that each may tell.

A fact is JSON of one of these types: `text`; `money`, [amount in the smallest unit, currency];
`day`, an ISO date; `number`, a whole one; `flag`, true or false; `link`, an address. Every kind
knows `name`, the recipient's, and is told `seller` and, unless it brings its own, `link` when it
is rendered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FactType = Literal["text", "money", "day", "number", "flag", "link"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mail."""

    facts: Mapping[str, FactType]
    """What it may be told; all but the link may be left out."""
    is_secret: bool = False
    """Whether its link lets in whoever has it: sealed at rest, forgotten once it is sent."""
    is_urgent: bool = False
    """Whether somebody sits and waits for it: it goes before others."""

    @property
    def secrets(self) -> frozenset[str]:
        """The facts that are nobody else's business."""
        return frozenset({"link"}) if self.is_secret else frozenset()


_BILL: dict[str, FactType] = {"name": "text", "number": "text", "amount": "money"}

KINDS: dict[str, Kind] = {
    "invitation": Kind(
        {"name": "text", "inviter": "text", "account": "text", "hours": "number", "link": "link"},
        is_secret=True,
        is_urgent=True,
    ),
    "sign_in_link": Kind(
        {"name": "text", "minutes": "number", "link": "link"}, is_secret=True, is_urgent=True
    ),
    "password_reset": Kind(
        {"name": "text", "minutes": "number", "link": "link"}, is_secret=True, is_urgent=True
    ),
    "invoice": Kind({**_BILL, "due_date": "day"}),
    "receipt": Kind({**_BILL, "paid_date": "day"}),
    "reminder": Kind({**_BILL, "due_date": "day"}),
    "final_notice": Kind({**_BILL, "due_date": "day", "ends_subscription": "flag"}),
    "payment_failed": Kind(dict(_BILL)),
    "trial_ending": Kind({"name": "text", "plan": "text", "trial_end": "day"}),
}
"""By name. `amount` is what is owed, was paid or could not be collected; of an invitation,
`account` is what it invites to and `hours` how long its link is good for; `minutes` likewise."""
