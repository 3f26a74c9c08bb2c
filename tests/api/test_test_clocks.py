"""Test clocks over the API."""

from __future__ import annotations

from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_invoice, create_plan, create_test_clock

TRIAL = {"name": "Trial", "now": "2026-01-31"}


def test_only_who_has_the_scopes_sees_and_moves_clocks(
    anonymous: CheckedClient, speaking_as: Speaker
) -> None:
    test_clock = create_test_clock()
    path = f"/test_clocks/{test_clock.id}"
    assert anonymous.get(path).status_code == 401
    for role in ("billing", "support", "viewer"):
        speaker = speaking_as(role)
        assert speaker.get("/test_clocks").status_code == 403
        assert speaker.post(f"{path}/advance", {"to": "2027-01-01"}).status_code == 403
        assert speaker.delete(path).status_code == 403


def test_a_year_goes_by_in_one_request(admin: CheckedClient) -> None:
    created = admin.post("/test_clocks", TRIAL)
    assert created.status_code == 201
    path = f"/test_clocks/{created.json['id']}"
    assert created.headers["Location"] == f"/api/v1{path}"
    assert (created.json["now"], created.json["status"]) == ("2026-01-31T00:00:00.000Z", "ready")
    made_up = {"name": "Ada", "email": "a@example.com", "test_clock_id": created.json["id"]}
    customer = admin.post("/customers", made_up)
    assert customer.status_code == 201
    assert customer.json["test_clock_id"] == created.json["id"]
    assert customer.json["created_at"] == "2026-01-31T00:00:00.000Z"
    wanted = {"customer_id": customer.json["id"], "plan_id": create_plan().id}
    subscription = admin.post("/subscriptions", wanted)
    assert subscription.json["start_date"] == "2026-01-31"
    advanced = admin.post(f"{path}/advance", {"to": "2027-01-31T09:00:00+01:00"})
    assert advanced.status_code == 200
    assert (advanced.json["now"], advanced.json["status"]) == ("2027-01-31T08:00:00.000Z", "ready")
    assert admin.get(path).json == advanced.json
    invoices = admin.get(f"/invoices?customer_id={customer.json['id']}&limit=100").json["data"]
    assert len(invoices) == 13
    assert invoices[0]["issue_date"] == invoices[0]["period_start"] == "2027-01-31"
    listed = admin.get(f"/customers?test_clock_id={created.json['id']}").json["data"]
    assert [row["id"] for row in listed] == [customer.json["id"]]


def test_their_invoices_are_overdue_at_the_clocks_time(admin: CheckedClient) -> None:
    test_clock = create_test_clock(now="2031-02-28")
    customer = create_customer(test_clock_id=test_clock.id)
    invoice = create_invoice(customer_id=customer.id)
    for day, overdue in (("2031-03-14", False), ("2031-03-15", True)):
        admin.post(f"/test_clocks/{test_clock.id}/advance", {"to": day})
        (listed,) = admin.get(f"/invoices?customer_id={customer.id}").json["data"]
        shown = admin.get(f"/invoices/{invoice.id}").json
        assert listed["due_date"] == shown["due_date"] == "2031-03-14"
        assert (listed["overdue"], shown["overdue"]) == (overdue, overdue)


def test_going_back_and_too_far_are_refused_by_name(admin: CheckedClient) -> None:
    path = f"/test_clocks/{create_test_clock(now='2026-01-31').id}/advance"
    for to, code in (
        ("2026-01-30T23:59:59Z", "test_clock_goes_forward"),
        ("2036-02-01", "test_clock_advance_too_far"),
        ("2026-02-30", "invalid"),
        ("2027-01-31T09:00:00", "invalid"),
        (1, "invalid"),
    ):
        answer = admin.post(path, {"to": to})
        assert (answer.status_code, answer.json["code"]) == (422, code), to
        assert answer.json["errors"][0]["field"] == "to"
    stale = admin.post(path, {"to": "2027-01-01"}, if_match='"7"')
    assert stale.status_code == 412
    assert admin.post("/test_clocks/clk_x/advance", {"to": "2027-01-01"}).status_code == 404


def test_a_customer_is_put_on_a_clock_on_creation_only(admin: CheckedClient) -> None:
    test_clock, customer = create_test_clock(), create_customer()
    path = f"/customers/{customer.id}"
    put = {"name": "A", "email": "a@example.com", "test_clock_id": test_clock.id}
    for answer in (
        admin.put(path, put),
        admin.patch(path, {"test_clock_id": test_clock.id}),
    ):
        assert answer.status_code == 422
        assert answer.json["errors"] == [
            {"field": "test_clock_id", "message": "is not a field here"}
        ]
    unknown = admin.post("/customers", {**put, "test_clock_id": "clk_" + "0" * 26})
    assert (unknown.status_code, unknown.json["code"]) == (404, "test_clock_not_found")
    assert database().customers.count_documents({}) == 1


def test_a_clock_is_deleted_once_nobody_lives_on_it(admin: CheckedClient) -> None:
    test_clock = create_test_clock()
    customer = create_customer(test_clock_id=test_clock.id)
    path = f"/test_clocks/{test_clock.id}"
    refused = admin.delete(path)
    assert (refused.status_code, refused.json["code"]) == (409, "test_clock_in_use")
    assert admin.delete(f"/customers/{customer.id}").status_code == 204
    assert admin.delete(path, if_match='"7"').status_code == 412
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404
    assert admin.get("/test_clocks").json["data"] == []
