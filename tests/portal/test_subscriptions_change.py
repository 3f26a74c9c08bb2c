"""Changing a subscription in the browser, beside what the change comes to."""

from __future__ import annotations

from datetime import timedelta

from billing import clock
from billing.changes.change import update_subscription
from billing.database import database
from billing.plans.models import Plan
from billing.subscriptions.inputs import SubscriptionChange
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.factories import create_coupon, create_plan, create_subscription
from tests.portal.page_client import PageClient
from tests.portal.previews import asked, asked_by_script


def _daily(price: int = 3000, **values: object) -> Plan:
    return create_plan(name="Thirty", price=price, billing_cycle="daily", interval_count=30)


def _ten_days_in(plan: Plan | None = None) -> Subscription:
    """Ten of the thirty days of its period are over."""
    with clock.frozen(clock.now() - timedelta(days=10)):
        return create_subscription(plan=plan or _daily())


def test_the_change_is_previewed_to_the_cent_and_nothing_is_written(admin: PageClient) -> None:
    subscription, bigger = _ten_days_in(), _daily(9000)
    page = admin.get(f"/subscriptions/{subscription.id}/change")
    seen = asked(admin, page, plan_id=bigger.id)
    assert seen.status == 200
    # 20 of 30 days: 20.00 of the old 30.00 back, 60.00 of the new 90.00
    assert "Waits for the next invoice" in seen.text
    assert "Unused time on Thirty" in seen.text
    assert "-$20.00" in seen.text
    assert "$60.00" in seen.text
    assert "Due $130.00" in seen.text  # 90.00 and the difference
    assert seen.values()["plan_id"] == bigger.id
    assert get_subscription(subscription.id).plan_id == subscription.plan_id
    assert database().pending_items.count_documents({}) == 0


def test_doing_it_gives_what_was_previewed(admin: PageClient) -> None:
    subscription, bigger = _ten_days_in(), _daily(9000)
    page = admin.get(f"/subscriptions/{subscription.id}/change")
    typed = {"plan_id": bigger.id, "proration_behavior": "always_invoice"}
    assert "Due $40.00" in asked(admin, page, **typed).text
    detail = admin.follow(admin.send(page, **typed))
    assert "$90.00 every 30 days" in detail.text
    newest = database().invoices.find({}).sort("_id", -1)[0]
    assert (newest["total"], newest["reason"]) == (4000, "subscription_change")


def test_script_is_sent_the_preview_alone(admin: PageClient) -> None:
    subscription = _ten_days_in()
    page = admin.get(f"/subscriptions/{subscription.id}/change")
    seen = asked_by_script(admin, page, quantity="2")
    assert "<form" not in seen.html
    assert "Next invoice" in seen.text
    refused = asked_by_script(admin, page, quantity="two")
    assert refused.status == 422
    assert "Quantity must be a whole number." in refused.text


def test_a_refused_preview_stands_beside_the_field_and_keeps_what_was_typed(
    admin: PageClient,
) -> None:
    tiers = [{"up_to": 5, "unit_amount": 100}, {"unit_amount": 50}]
    plan = create_plan(price=0, pricing_model="graduated", tiers=tiers)
    subscription = create_subscription(plan=plan)
    page = admin.get(f"/subscriptions/{subscription.id}/change")
    seen = asked(admin, page, price="7.50", coupon="NOSUCH")
    assert seen.status == 422
    assert seen.error_of("coupon") == "There is no coupon NOSUCH."
    assert seen.values()["price"] == "7.50"
    again = asked(admin, page, price="7.50")
    assert "priced by its tiers" in again.error_of("price")


def test_only_plans_in_the_same_currency_are_offered_and_cycles_may_differ(
    admin: PageClient,
) -> None:
    subscription = create_subscription()
    yearly = create_plan(name="Yearly", price=9900, billing_cycle="yearly")
    foreign = create_plan(currency="EUR")
    page = admin.get(f"/subscriptions/{subscription.id}/change")
    assert foreign.id not in page.html
    seen = admin.follow(admin.send(page, plan_id=yearly.id))
    assert "$99.00 per year" in seen.text
    assert get_subscription(subscription.id).plan_id == yearly.id


def test_a_change_with_the_next_period_waits_is_shown_and_can_be_dropped(
    admin: PageClient,
) -> None:
    subscription = create_subscription()
    page = admin.get(f"/subscriptions/{subscription.id}/change")
    seen = admin.follow(admin.send(page, quantity="3", effective="period_end"))
    assert "Changes on" in seen.text
    assert get_subscription(subscription.id).quantity == 1
    again = admin.get(f"/subscriptions/{subscription.id}/change")
    assert "Another change takes its place" in again.text
    drop = f"/subscriptions/{subscription.id}/revoke-change"
    assert drop in seen.links() & again.links()
    dropped = admin.follow(admin.submit(drop))
    assert "Changes on" not in dropped.text
    assert not get_subscription(subscription.id).pending_change
    refused = admin.submit(drop)
    assert refused.status == 409
    assert "No change waits" in refused.alerts()


def test_a_coupon_is_typed_counted_once_and_shown_with_what_is_left(admin: PageClient) -> None:
    subscription = create_subscription()
    coupon = create_coupon(
        code="LOYAL", name="Loyalty", percent_off="20", duration="repeating", duration_cycles=3
    )
    page = admin.get(f"/subscriptions/{subscription.id}/change")
    assert "Due $39.20" in asked(admin, page, coupon="loyal").text
    assert database().coupons.find_one({"_id": coupon.id})["times_redeemed"] == 0  # type: ignore[index]
    seen = admin.follow(admin.send(page, coupon="loyal"))
    assert "Loyalty (LOYAL), 20 % off, for 3 invoices" in seen.text
    assert database().coupons.find_one({"_id": coupon.id})["times_redeemed"] == 1  # type: ignore[index]
    kept = admin.get(f"/subscriptions/{subscription.id}/change")
    assert kept.values()["coupon"] == "LOYAL"


def test_a_stale_change_is_told_who_changed_what(admin: PageClient) -> None:
    subscription = create_subscription()
    page = admin.get(f"/subscriptions/{subscription.id}/change")
    change = SubscriptionChange(plan_id=subscription.plan_id, quantity=7)
    update_subscription(subscription.id, change)
    seen = admin.send(page, quantity="3")
    assert seen.status == 409
    assert "Quantity from “1” to “7”" in seen.alerts()
    assert "Next invoice" in seen.text
    assert get_subscription(subscription.id).quantity == 7
    admin.follow(admin.send(seen))
    assert get_subscription(subscription.id).quantity == 3
