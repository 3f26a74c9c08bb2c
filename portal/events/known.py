"""What sentences about events name beside what the events themselves tell."""

from collections.abc import Iterable
from typing import Any

from billing.database import Row
from billing.plans.queries import plan_names
from portal.values import money


class Known:
    """What sentences name: plans by their ids, the currency and the total of the object."""

    def __init__(self, plans: dict[str, str], object_: Row | None) -> None:
        self.plans = plans
        self.currency: str | None = (object_ or {}).get("currency")
        self.total: int | None = (object_ or {}).get("total")

    def plan(self, plan_id: Any) -> str:
        return self.plans.get(plan_id) or str(plan_id)

    def amount(self, value: Any) -> str:
        return money(value, self.currency) if self.currency and value is not None else ""


def plans_in(events: Iterable[Row]) -> dict[str, str]:
    """The names of all plans that changes name."""
    ids: set[str] = set()
    for event in events:
        changes = event.get("changes") or {}
        ids.update(filter(None, changes.get("plan_id") or ()))
        for pending in changes.get("pending_change") or ():
            ids.add((pending or {}).get("plan_id", ""))
    return plan_names(list(ids - {""})) if ids - {""} else {}
