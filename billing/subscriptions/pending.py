"""Pure: a change that waits for the next period."""

from collections.abc import Mapping
from datetime import date

from billing.database import Row
from billing.plans.models import version_key


def take_up_change(row: Row, day: date, terms: Mapping[str, Row]) -> None:
    """Let the pending change of `row`, if there is one, count from the period that begins.

    Another cycle counts from `day` on. `terms` are rows of plan versions by key.
    """
    if not (change := row.get("pending_change")):
        return
    before = terms[version_key(row["plan_id"], row["plan_version"])]
    for name in ("plan_id", "plan_version", "quantity", "price"):
        row[name] = change.get(name)
    after = terms[version_key(row["plan_id"], row["plan_version"])]
    if is_other_cycle(before, after):
        row["billing_anchor"] = day.isoformat()
    row["pending_change"] = None


def is_other_cycle(before: Row, after: Row) -> bool:
    """Whether the terms' periods differ."""
    return any(before[name] != after[name] for name in ("billing_cycle", "interval_count"))


def version_keys(row: Row) -> set[str]:
    """The plan versions that a subscription's row names, the pending one included."""
    keys = {version_key(str(row.get("plan_id", "")), row.get("plan_version", 0))}
    if change := row.get("pending_change"):
        keys.add(version_key(change["plan_id"], change["plan_version"]))
    return keys
