"""Who gets what, and what is used of it."""

from __future__ import annotations

from typing import Any

from tests.api.examples.teller import Teller


def tell_beginning(tell: Teller, customer_id: str, plan_id: str) -> dict[str, Any]:
    wanted = {"customer_id": customer_id, "plan_id": plan_id, "quantity": 10, "coupon": "LAUNCH20"}
    tell("preview_subscription", wanted)
    made: dict[str, Any] = tell("create_subscription", wanted)
    tell("get_subscription", subscription_id=made["id"])
    tell("list_subscriptions", query={"customer_id": customer_id, "status": "active"})
    return made


def tell_usage(tell: Teller, customer_id: str, subscription_id: str) -> None:
    batch = [
        {
            "subscription_id": subscription_id,
            "meter": "tiles",
            "value": value,
            "occurred_at": f"2026-11-{day:02}T10:00:00Z",
            "idempotency_key": f"render-{day}",
        }
        for day, value in ((3, 9200), (4, 14800))
    ]
    sent = tell("send_usage", batch)
    tell("get_usage_event", event_id=sent["data"][0]["id"])
    tell("list_usage_events", query={"subscription_id": subscription_id, "meter": "tiles"})
    tell("get_subscription_usage", subscription_id=subscription_id)
    tell("list_entitlements", customer_id=customer_id)


def tell_changes(tell: Teller, subscription_id: str, plan_id: str) -> None:
    more = {"plan_id": plan_id, "quantity": 14, "proration_behavior": "always_invoice"}
    tell("preview_subscription_change", more, subscription_id=subscription_id)
    tell("update_subscription", more, subscription_id=subscription_id)
    fewer = {"quantity": 12, "effective": "period_end"}
    tell("patch_subscription", fewer, subscription_id=subscription_id)
    tell("revoke_pending_change", {}, subscription_id=subscription_id)
    tell("get_next_invoice", subscription_id=subscription_id)


def tell_pause(tell: Teller, subscription_id: str) -> None:
    pause = {"starts_on": "2026-11-20", "resumes_on": "2027-01-04", "proration": "credit"}
    tell("preview_pause", pause, subscription_id=subscription_id)
    tell("pause_subscription", pause, subscription_id=subscription_id)
    tell("resume_subscription", {}, subscription_id=subscription_id)


def tell_end(tell: Teller, subscription_id: str) -> None:
    end = {"when": "now", "proration": "credit"}
    tell("preview_cancellation", end, subscription_id=subscription_id)
    why = {"when": "period_end", "reason": "Project finished"}
    tell("cancel_subscription", query=why, subscription_id=subscription_id)
    tell("reactivate_subscription", {}, subscription_id=subscription_id)
