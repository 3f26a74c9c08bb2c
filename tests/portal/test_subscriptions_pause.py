"""Pausing a subscription in the browser, and letting it go on."""

from __future__ import annotations

from datetime import timedelta

from billing import clock
from billing.changes.pause import pause_subscription
from billing.subscriptions.inputs import PauseSubscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.factories import create_plan, create_subscription
from tests.portal.page_client import PageClient
from tests.portal.previews import asked, asked_by_script


def _ten_days_in() -> Subscription:
    plan = create_plan(price=3000, billing_cycle="daily", interval_count=30)
    with clock.frozen(clock.now() - timedelta(days=10)):
        return create_subscription(plan=plan)


def _in(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_a_pause_is_previewed_with_its_credit_and_done(admin: PageClient) -> None:
    subscription = _ten_days_in()
    page = admin.get(f"/subscriptions/{subscription.id}/pause")
    assert "-$20.00" in page.text
    assert "until it is resumed" in page.text
    back = asked(admin, page, resumes_on=_in(5))
    assert "Due $10.00" in back.text  # a new period of 30.00 less the credit
    detail = admin.follow(admin.send(page, resumes_on=_in(5)))
    assert "Paused since" in detail.text
    assert "Waits for the next invoice" in detail.text
    assert "Due $10.00" in detail.text
    assert get_subscription(subscription.id).status == "paused"


def test_a_pause_without_credit_gives_nothing_back(admin: PageClient) -> None:
    subscription = _ten_days_in()
    page = admin.get(f"/subscriptions/{subscription.id}/pause")
    seen = asked_by_script(admin, page, proration="none")
    assert "Unused time" not in seen.text
    admin.follow(admin.send(page, proration="none"))
    assert "Waits for" not in admin.get(f"/subscriptions/{subscription.id}").text


def test_the_credit_of_a_later_pause_is_in_the_next_invoice_that_is_shown(
    admin: PageClient,
) -> None:
    subscription = _ten_days_in()
    page = admin.get(f"/subscriptions/{subscription.id}/pause")
    seen = admin.follow(admin.send(page, starts_on=_in(5), resumes_on=_in(8)))
    assert "Pauses on" in seen.text
    assert "-$15.00" in seen.text
    assert "Due $15.00" in seen.text


def test_impossible_dates_are_told_beside_their_fields(admin: PageClient) -> None:
    subscription = create_subscription()
    page = admin.get(f"/subscriptions/{subscription.id}/pause")
    past = asked(admin, page, starts_on=_in(-1))
    assert past.status == 422
    assert past.error_of("starts_on") == "From must not be in the past."
    assert past.values()["starts_on"] == _in(-1)
    backwards = admin.send(page, starts_on=_in(9), resumes_on=_in(3))
    assert "after the pause begins" in backwards.error_of("resumes_on")


def test_resuming_today_bills_a_new_period_as_previewed(admin: PageClient) -> None:
    subscription = _ten_days_in()
    pause_subscription(subscription.id)
    page = admin.get(f"/subscriptions/{subscription.id}/resume")
    assert page.title == "Resume subscription"
    assert "Unused time on Pro" in page.text
    assert "Due $10.00" in page.text
    detail = admin.follow(admin.send(page))
    assert get_subscription(subscription.id).status == "active"
    assert detail.text.count("INV-") == 2
    assert "Pauses" in detail.text


def test_resuming_can_wait_for_a_day(admin: PageClient) -> None:
    subscription = _ten_days_in()
    pause_subscription(subscription.id)
    seen = admin.follow(admin.submit(f"/subscriptions/{subscription.id}/resume", resumes_on=_in(4)))
    assert "goes on" in seen.text
    assert get_subscription(subscription.id).status == "paused"


def test_a_planned_pause_can_be_dropped(admin: PageClient) -> None:
    subscription = create_subscription()
    pause_subscription(subscription.id, PauseSubscription(starts_on=clock.today() + timedelta(3)))
    page = admin.get(f"/subscriptions/{subscription.id}/resume")
    assert page.title == "Drop the planned pause"
    assert "Pauses on" not in admin.follow(admin.send(page)).text
    assert not get_subscription(subscription.id).pause
    refused = admin.submit(f"/subscriptions/{subscription.id}/resume")
    assert refused.status == 409
    assert "not paused" in refused.alerts()


def test_a_second_pause_is_refused_and_not_offered(admin: PageClient) -> None:
    subscription = create_subscription()
    pause_subscription(subscription.id)
    assert f"/subscriptions/{subscription.id}/pause" not in (
        admin.get(f"/subscriptions/{subscription.id}").links()
    )
    page = admin.get(f"/subscriptions/{subscription.id}/pause")
    assert page.status == 200
    assert "agreed already" in page.alerts()
    assert admin.send(page).status == 409
