"""How the monthly recurring revenue moved: a row for each change of a subscription's.

Written in the transaction that changes the subscription. Those of customers on test clocks count
nowhere and have none.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from billing.database import Row
from billing.ids import new_id

COLLECTION = "mrr_movements"

Kind = Literal["new", "expansion", "contraction", "churn", "reactivation"]


@dataclass(frozen=True, slots=True)
class Movement:
    """The MRR before a day and from it on; `before` is None until the first is earned."""

    day: date
    before: int | None
    after: int

    @property
    def kind(self) -> Kind:
        """What it is called."""
        if not self.before:
            return "new" if self.before is None else "reactivation"
        if not self.after:
            return "churn"
        return "expansion" if self.after > self.before else "contraction"


def movement_row(subscription: Row, currency: str, movement: Movement) -> Row:
    """The row of a movement as MongoDB keeps it."""
    return {
        "_id": new_id("mrr"),
        "date": movement.day.isoformat(),
        "kind": movement.kind,
        "amount": movement.after - (movement.before or 0),
        "mrr": movement.after,
        "currency": currency,
        "subscription_id": subscription["_id"],
        "customer_id": subscription["customer_id"],
        "plan_id": subscription["plan_id"],
    }
