"""Holding a preview against the change itself, done in a transaction and rolled back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from billing.changes.preview import Preview, invoice_ids, look, preview_change
from billing.errors import BillingError
from billing.subscriptions.models import Subscription
from billing.transactions import rehearse

_MOMENTS = {"created_at", "updated_at", "finalized_at", "cancelled_at"}
_OF_THE_MOMENT = {"_id", "subscription_id", *_MOMENTS}


def as_done(change: Callable[[], Subscription], subscription_id: str | None = None) -> Preview:
    """The preview of a change, which is to the last field what doing it comes to.

    Raises what the change raises, which must be what its preview raises.
    """
    done = _outcome(lambda: _done(change, subscription_id))
    foreseen = _outcome(lambda: preview_change(change))
    if isinstance(foreseen, BillingError):
        assert type(done) is type(foreseen), (done, foreseen)
        raise foreseen
    assert isinstance(done, Preview), done
    for name in ("subscription", "invoices", "waiting", "next_invoice"):
        mine, theirs = _told(getattr(foreseen, name)), _told(getattr(done, name))
        assert mine == theirs, f"{name}\n{mine}\n{theirs}"
    return foreseen


def _done(change: Callable[[], Subscription], subscription_id: str | None) -> Preview:
    def work() -> Preview:
        before = invoice_ids(subscription_id) if subscription_id else set()
        return look(change().id, before)

    return rehearse(work)


def _outcome(work: Callable[[], Preview]) -> Preview | BillingError:
    try:
        return work()
    except BillingError as error:
        return error


def _told(value: Any) -> Any:
    """All of it but ids and moments, which are others each time."""
    if isinstance(value, dict):
        return {
            name: None if name in _OF_THE_MOMENT else _told(inner) for name, inner in value.items()
        }
    return [_told(inner) for inner in value] if isinstance(value, list) else value
