"""Test clocks in the browser."""

from __future__ import annotations

import pytest

from billing.customers.queries import get_customer
from billing.database import Database, Row
from billing.test_clocks.queries import get_clock, list_clocks
from tests.factories import create_customer, create_invoice, create_subscription, create_test_clock
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_only_admins_see_test_clocks(visiting_as: Visitor, role: str) -> None:
    test_clock = create_test_clock()
    visitor = visiting_as(role)
    for path in ("/test-clocks", "/test-clocks/new", f"/test-clocks/{test_clock.id}"):
        assert visitor.get(path).status == 403
    assert "/test-clocks" not in visitor.get("/").links()


def test_a_clock_is_added_and_a_customer_put_on_it(admin: PageClient) -> None:
    assert "No test clocks yet" in admin.get("/test-clocks").text
    seen = admin.submit("/test-clocks/new", name="Ten years", now="2026-01-31")
    page = admin.follow(seen)
    assert "Ten years was added." in page.text
    clock_id = seen.to.rpartition("/")[2]
    adding = f"/customers/new?test_clock_id={clock_id}"
    assert adding in page.links()
    added = admin.submit(adding, name="Trial Ltd", email="trial@example.com")
    customer = get_customer(added.to.rpartition("/")[2])
    assert customer.test_clock_id == clock_id
    assert f"/test-clocks/{clock_id}" in admin.follow(added).links()
    assert "Trial Ltd" in admin.get(f"/test-clocks/{clock_id}").text


def test_without_a_clock_nobody_is_asked_for_one(admin: PageClient) -> None:
    assert "test_clock_id" not in admin.get("/customers/new").values()


def test_time_goes_by_and_the_page_says_what_it_brought(
    admin: PageClient, db: Database[Row]
) -> None:
    test_clock = create_test_clock(now="2026-01-31")
    create_subscription(customer=create_customer(test_clock_id=test_clock.id))
    lazy = create_customer(test_clock_id=test_clock.id)
    create_subscription(customer=lazy, start_date="2026-02-10")
    db.customers.update_one({"_id": lazy.id}, {"$set": {"status": "suspended"}})
    path = f"/test-clocks/{test_clock.id}"
    seen = admin.follow(admin.submit(path, f"{path}/advance", to="2026-04-30"))
    assert "Invoices made: 3, reminders: " in seen.text
    assert "Skipped: The customer is suspended." in seen.text
    assert "Apr 30, 2026" in seen.text
    assert get_clock(test_clock.id).now.isoformat() == "2026-04-30T00:00:00+00:00"


def test_a_payment_is_dated_by_the_clock(admin: PageClient) -> None:
    customer = create_customer(test_clock_id=create_test_clock(now="2031-02-28").id)
    page = admin.get(f"/invoices/{create_invoice(customer=customer).id}/pay")
    assert page.values()["paid_date"] == "2031-02-28"


def test_what_is_wrong_is_said_beside_the_field(admin: PageClient) -> None:
    test_clock = create_test_clock(now="2026-01-31")
    path = f"/test-clocks/{test_clock.id}"
    for typed, said in (("2026-01-30", "only go forward"), ("", "is required"), ("x", "date")):
        seen = admin.submit(path, f"{path}/advance", to=typed)
        assert seen.status == 422
        assert said in seen.error_of("to")
    refused = admin.submit("/test-clocks/new", name="", now="soon")
    assert refused.error_of("name")
    assert refused.error_of("now")
    assert refused.values()["now"] == "soon"


def test_a_clock_is_deleted_once_nobody_lives_on_it(admin: PageClient) -> None:
    test_clock = create_test_clock()
    customer = create_customer(test_clock_id=test_clock.id)
    path = f"/test-clocks/{test_clock.id}/delete"
    refused = admin.submit(path)
    assert refused.status == 409
    assert "Delete them first" in refused.alerts()
    admin.follow(admin.submit(f"/customers/{customer.id}/delete"))
    assert "was deleted" in admin.follow(admin.submit(path)).text
    assert list_clocks().items == []
