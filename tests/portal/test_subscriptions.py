"""Subscriptions in the browser."""

from __future__ import annotations

from datetime import date, timedelta

from billing import clock
from billing.invoices.queries import list_invoices
from billing.plans.inputs import as_input as plan_input
from billing.plans.save_plan import update_plan
from billing.subscriptions.queries import get_subscription, list_subscriptions
from portal.values import date_text
from tests.factories import (
    create_coupon,
    create_customer,
    create_plan,
    create_subscription,
    create_tax_rate,
)
from tests.portal.page_client import PageClient, values_of
from tests.portal.previews import asked, asked_by_script


def _id(location: str) -> str:
    return location.rpartition("/")[2]


def test_a_customer_is_chosen_and_then_subscribed(admin: PageClient) -> None:
    customer, plan = create_customer(name="Acme"), create_plan(name="Team")
    chosen = f"/subscriptions/new?customer_id={customer.id}"
    assert chosen in admin.get("/subscriptions/new?q=acm").links()
    seen = admin.submit(chosen, plan_id=plan.id, quantity="1")
    page = admin.follow(seen)
    assert page.title == "Team"
    assert "$49.00 per month" in page.text
    assert "INV-" in page.text
    assert get_subscription(_id(seen.to)).customer_id == customer.id


def test_the_plan_that_was_chosen_stays_while_a_customer_is_searched(admin: PageClient) -> None:
    customer, plan = create_customer(name="Acme"), create_plan()
    begun = admin.get(f"/subscriptions/new?plan_id={plan.id}")
    assert begun.page is not None
    search = next(form for form in begun.page.iter("form") if form.get("role") == "search")
    found = admin.get("/subscriptions/new", query_string={**values_of(search), "q": "acm"})
    assert f"/subscriptions/new?customer_id={customer.id}&plan_id={plan.id}" in found.links()


def test_a_negotiated_price_is_typed_in_the_plans_currency(admin: PageClient) -> None:
    customer = create_customer()
    plan = create_plan(price=4900, currency="JPY")
    path = f"/subscriptions/new?customer_id={customer.id}"
    seen = admin.submit(path, plan_id=plan.id, price="3000")
    assert get_subscription(_id(seen.to)).price == 3000
    assert "negotiated" in admin.follow(seen).text


def test_a_start_in_the_past_bills_every_period_since(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan()
    start = clock.today() - timedelta(days=70)
    path = f"/subscriptions/new?customer_id={customer.id}"
    seen = admin.submit(path, plan_id=plan.id, start_date=start.isoformat())
    assert admin.follow(seen).text.count("INV-") == 3


def test_a_start_in_the_future_waits(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan()
    start = clock.today() + timedelta(days=10)
    path = f"/subscriptions/new?customer_id={customer.id}"
    seen = admin.submit(path, plan_id=plan.id, start_date=start.isoformat())
    assert "Not billed yet" in admin.follow(seen).text


def test_bad_input_is_named_and_kept(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan()
    path = f"/subscriptions/new?customer_id={customer.id}"
    typed = {"quantity": "two", "price": "cheap", "start_date": "2026-02-30"}
    seen = admin.submit(path, plan_id=plan.id, **typed)
    assert seen.status == 422
    assert seen.error_of("quantity") == "Quantity must be a whole number."
    assert "amount" in seen.error_of("price")
    assert "must be a date" in seen.error_of("start_date")
    assert {name: seen.values()[name] for name in typed} == typed
    assert list_subscriptions().total == 0


def test_a_plan_that_went_off_sale_meanwhile_is_refused_beside_the_field(
    admin: PageClient,
) -> None:
    customer, plan = create_customer(), create_plan()
    page = admin.get(f"/subscriptions/new?customer_id={customer.id}")
    update_plan(plan.id, plan_input(plan).model_copy(update={"status": "archived"}))
    seen = admin.send(page, plan_id=plan.id)
    assert seen.status == 422
    assert "only an active plan" in seen.error_of("plan_id")


def test_the_first_and_the_next_invoice_are_previewed_and_nothing_is_written(
    admin: PageClient,
) -> None:
    customer = create_customer(tax_rate_ids=[create_tax_rate(name="Sales tax").id])
    plan = create_plan(price=10_000, setup_fee=2000)
    code = create_coupon(name="Half", percent_off="50").code
    page = admin.get(f"/subscriptions/new?customer_id={customer.id}")
    assert "Setup fee" in page.text  # of the plan that is chosen to begin with
    seen = asked_by_script(admin, page, plan_id=plan.id, coupon=code)
    assert "Half, 50 % -$60.00 Sales tax, 19 % $11.40 Total $71.40 Due $71.40" in seen.text
    assert "Subtotal $100.00 Sales tax, 19 % $19.00 Total $119.00" in seen.text  # once only
    assert list_subscriptions().total == 0
    assert list_invoices().total == 0


def test_a_trial_can_be_given_lengthened_and_left_out(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan(trial_days=14)
    page = admin.get(f"/subscriptions/new?customer_id={customer.id}&plan_id={plan.id}")
    assert f"Trial until {date_text(clock.today() + timedelta(days=14))}" in page.text
    longer = asked(admin, page, trial_days="30")
    assert f"Trial until {date_text(clock.today() + timedelta(days=30))}" in longer.text
    assert longer.values()["trial_days"] == "30"
    none = asked(admin, page, trial_days="0")
    assert "Trial until" not in none.text
    detail = admin.follow(admin.send(page, trial_days="30"))
    assert "Trialing" in detail.text
    assert "its days are free" in detail.text


def test_periods_can_begin_on_a_day_and_service_can_end(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan(price=3100)
    path = f"/subscriptions/new?customer_id={customer.id}"
    values = {
        "plan_id": plan.id,
        "start_date": "2030-01-11",
        "billing_anchor-day": "1",
        "end_date": "2030-02-15",
    }
    page = admin.get(path)
    seen = asked(admin, page, **values)
    assert "Due $21.00" in seen.text  # 21 of January's 31 days
    assert "Ends on Feb 15, 2030." in seen.text
    found = get_subscription(_id(admin.send(page, **values).to))
    assert (found.billing_anchor, found.end_date) == (date(2030, 2, 1), date(2030, 2, 15))
    for name, typed in (("billing_anchor-day", "32"), ("end_date", "2030-01-11")):
        refused = asked(admin, page, **{**values, name: typed})
        assert refused.status == 422
        assert refused.error_of(name)
        assert refused.values()[name] == typed


def test_many_invoices_at_once_are_summed_up(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan(price=100, billing_cycle="daily")
    start = clock.today() - timedelta(days=19)
    page = admin.get(f"/subscriptions/new?customer_id={customer.id}")
    seen = asked(admin, page, plan_id=plan.id, start_date=start.isoformat())
    assert "And 8 more." in seen.text
    assert "Due on 20 invoices $20.00" in seen.text


def test_a_refusal_is_known_before_anything_is_sent(admin: PageClient) -> None:
    customer, plan = create_customer(status="suspended"), create_plan()
    page = admin.get(f"/subscriptions/new?customer_id={customer.id}&plan_id={plan.id}")
    assert page.status == 200
    assert "suspended" in page.alerts()
    assert admin.send(page).status == 409


def test_without_a_plan_the_page_says_what_to_do(admin: PageClient) -> None:
    customer = create_customer()
    seen = admin.get(f"/subscriptions/new?customer_id={customer.id}")
    assert "no active plan yet" in seen.text
    assert "/plans/new" in seen.links()


def test_billing_now_says_when_nothing_is_due(admin: PageClient) -> None:
    subscription = create_subscription()
    seen = admin.submit(f"/subscriptions/{subscription.id}/bill")
    assert seen.status == 409
    assert "Nothing is due today" in seen.alerts()


def test_billing_now_shows_the_new_invoice_and_leads_to_it(admin: PageClient) -> None:
    with clock.frozen(clock.now() - timedelta(days=40)):
        subscription = create_subscription()
    page = admin.get(f"/subscriptions/{subscription.id}/bill")
    assert "Invoiced at once" in page.text
    assert "Due $49.00" in page.text
    seen = admin.follow(admin.send(page))
    assert seen.title.startswith("INV-")


def test_dates_are_for_people_with_the_iso_date_behind(admin: PageClient) -> None:
    subscription = create_subscription()
    seen = admin.get(f"/subscriptions/{subscription.id}")
    start: date = subscription.start_date
    assert f'<time datetime="{start}" title="{start}">' in seen.html


def test_an_unknown_subscription_is_not_found(admin: PageClient) -> None:
    acts = ("change", "cancel", "keep", "bill", "pause", "resume", "revoke-change")
    for path in ("", *(f"/{act}" for act in acts)):
        assert admin.get(f"/subscriptions/sub_x{path}").status == 404
    assert admin.get("/subscriptions/new?customer_id=cus_x").status == 404
