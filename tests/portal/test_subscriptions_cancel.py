"""Cancelling a subscription in the browser, beside what the end comes to."""

from __future__ import annotations

from datetime import timedelta

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.changes.pause import pause_subscription
from billing.database import database
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.factories import create_plan, create_subscription
from tests.portal.page_client import PageClient
from tests.portal.previews import asked


def _ten_days_in() -> Subscription:
    plan = create_plan(price=3000, billing_cycle="daily", interval_count=30)
    with clock.frozen(clock.now() - timedelta(days=10)):
        return create_subscription(plan=plan)


def test_cancelling_at_the_periods_end_can_be_taken_back(admin: PageClient) -> None:
    subscription = create_subscription()
    page = admin.get(f"/subscriptions/{subscription.id}/cancel")
    assert "$49.00 per month" in page.text
    seen = admin.follow(admin.send(page, reason="Too expensive"))
    assert "will end on" in seen.html
    assert "Too expensive" in seen.text
    keep = admin.get(f"/subscriptions/{subscription.id}/keep")
    assert "Due $49.00" in keep.text
    admin.follow(admin.send(keep))
    assert not get_subscription(subscription.id).cancel_at_period_end
    refused = admin.submit(f"/subscriptions/{subscription.id}/keep")
    assert refused.status == 409
    assert "no cancellation at period end" in refused.alerts()


def test_the_credit_of_an_end_today_is_shown_and_given(admin: PageClient) -> None:
    subscription = _ten_days_in()
    page = admin.get(f"/subscriptions/{subscription.id}/cancel")
    assert "Unused time" not in page.text
    seen = asked(admin, page, when="now", proration="credit")
    assert "Becomes credit $20.00" in seen.text
    assert seen.values()["when"] == "now"
    assert get_subscription(subscription.id).status == "active"
    admin.follow(admin.send(seen))
    row = database().customers.find_one({"_id": subscription.customer_id})
    assert row is not None
    assert row["credit_balances"] == {"USD": 2000}


def test_nothing_is_given_back_unless_told(admin: PageClient) -> None:
    subscription = _ten_days_in()
    page = admin.get(f"/subscriptions/{subscription.id}/cancel")
    seen = asked(admin, page, when="now")
    assert "Invoiced at once Nothing." in seen.text
    assert "Next invoice None." in seen.text


def test_cancelling_now_ends_it_and_offers_nothing_more(admin: PageClient) -> None:
    subscription = create_subscription()
    seen = admin.submit(f"/subscriptions/{subscription.id}/cancel", when="now")
    detail = admin.follow(seen)
    assert get_subscription(subscription.id).status == "cancelled"
    acts = ("change", "cancel", "pause", "resume", "keep", "bill", "revoke-change")
    assert not {f"/subscriptions/{subscription.id}/{act}" for act in acts} & detail.links()


def test_only_today_is_offered_where_no_paid_period_goes_on(admin: PageClient) -> None:
    paused, ending = create_subscription(), create_subscription()
    pause_subscription(paused.id)
    cancel_subscription(ending.id, CancelSubscription())
    for subscription in (paused, ending):
        page = admin.get(f"/subscriptions/{subscription.id}/cancel")
        assert page.values()["when"] == "now"
        assert "period_end" not in page.html


def test_a_second_cancellation_is_refused_where_it_was_asked(admin: PageClient) -> None:
    subscription = create_subscription()
    page, tab = [admin.get(f"/subscriptions/{subscription.id}/cancel") for _ in range(2)]
    admin.send(page, when="now")
    seen = admin.send(tab, when="now")
    assert seen.status == 409
    assert "Somebody changed this" in seen.alerts()
    again = admin.submit(f"/subscriptions/{subscription.id}/cancel", when="now")
    assert again.status == 409
    assert "cancelled already" in again.alerts()
