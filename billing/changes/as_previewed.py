"""Doing what was previewed, or nothing: what it comes to is compared before it is committed."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from billing.changes.preview import Preview, invoice_ids, look
from billing.database import Row
from billing.errors import Conflict
from billing.subscriptions.models import Subscription
from billing.transactions import operation


class PreviewOutdated(Conflict):
    """What it comes to is not what the preview showed."""

    code = "preview_outdated"
    is_lost_race = True


_TERMS = ("plan_id", "plan_version", "quantity", "price", "status", "end_date", "pending_change")
_SUMS = ("subtotal", "discount_total", "tax_total", "total", "credit_applied", "amount_due")
_LINE = ("kind", "description", "quantity", "amount", "period_start", "period_end")
_FIXED = frozenset({"plan", "setup_fee", "proration_credit", "proration_charge"})


@operation
def do_as_previewed(
    change: Callable[[], Subscription], subscription_id: str, digest: str
) -> Subscription:
    """Do `change` if it comes to what `digest` (see digest_of) tells.

    Raises PreviewOutdated, and then nothing is done, and what `change` raises.
    """
    before = invoice_ids(subscription_id)
    changed = change()
    if digest_of(look(changed.id, before)) != digest:
        raise PreviewOutdated("This is what it comes to now. Look at it, and confirm once more.")
    return changed


def digest_of(preview: Preview) -> str:
    """Two previews that tell people the same have the same.

    Usage that comes in meanwhile is no difference: it goes on whatever is decided.
    """
    following = preview.next_invoice
    told = [
        [preview.subscription.get(name) for name in _TERMS],
        [_bill(invoice) for invoice in preview.invoices],
        [_line(line) for line in preview.waiting if line["kind"] != "usage"],
        _bill(following) if following else None,
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _bill(invoice: Row) -> list[Any]:
    lines, head = invoice["line_items"], [invoice["currency"], invoice["issue_date"]]
    if any(line["kind"] == "usage" for line in lines):
        return [head, [_line(line) for line in lines if line["kind"] in _FIXED]]
    return [head, [_line(line) for line in lines], [invoice[name] for name in _SUMS]]


def _line(line: Row) -> list[Any]:
    return [line.get(name) for name in _LINE]
