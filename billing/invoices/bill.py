"""What billing a subscription comes to, computed and not written."""

from dataclasses import dataclass, field
from datetime import datetime

from billing.database import Row
from billing.invoices.account import Account, Purse
from billing.subscriptions.movements import Movement

_ENDED = {"cancelled", "expired"}
_OWN = {"revision", "updated_at", "usage_seq"}


@dataclass(slots=True)
class Bill:
    """The subscription as it was read, its invoices, oldest first, and where it has got to.

    `account` is what it was computed from, with what is left waiting and in the purse.
    """

    account: Account
    subscription: Row
    invoices: list[Row]
    reached: Row
    purse: Purse
    billed: list[tuple[str, str]] = field(default_factory=list)
    """Which pending items are on which invoice: (item id, invoice id)."""
    waiting: list[Row] = field(default_factory=list)
    """Lines that came up and wait for the next invoice."""
    movements: list[Movement] = field(default_factory=list)
    """How the subscription's monthly recurring revenue moved."""
    event: str | None = None
    """What the audit trail calls it; told by the states where left out."""
    reason: str | None = None
    events: list[Row] = field(default_factory=list)
    """What the audit trail is told, see bill_events.tell; those of the invoices come first."""
    advance: Row = field(init=False)
    """The subscription's new values; None where one is removed. Empty when nothing changed."""

    def __post_init__(self) -> None:
        was = self.subscription
        self.advance = {
            name: value
            for name, value in self.reached.items()
            if name not in _OWN and was.get(name) != value
        }

    def advanced(self, now: datetime) -> Row:
        """The subscription's row as it is once the bill is written."""
        removed = {name for name, value in self.advance.items() if value is None}
        row = {**self.subscription, **self.advance}
        row["revision"], row["updated_at"] = row["revision"] + 1, now
        return {name: value for name, value in row.items() if name not in removed}

    @property
    def ends(self) -> bool:
        """Whether the subscription's end is reached with it."""
        return self.reached["status"] in _ENDED and self.subscription["status"] not in _ENDED
