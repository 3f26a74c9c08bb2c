"""The log of API calls as staff see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from billing.actors import Actor, acting_as
from tests.factories import create_api_call, create_customer
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen

ADA = Actor(type="user", id="usr_ada", name="Ada", request_id="order-66")
SHOP = Actor(type="client", id="cli_shop", name="Shop", client_id="cli_shop")


def shown(seen: Seen) -> list[str]:
    assert seen.page is not None
    return [a.text or "" for a in seen.page.findall(".//tbody//th/a")]


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_admins_alone_see_it(visiting_as: Visitor, role: str) -> None:
    visitor, call = visiting_as(role), create_api_call()
    assert visitor.get("/api-calls").status == 403
    assert visitor.get(f"/api-calls/{call['_id']}").status == 403
    assert "/api-calls" not in visitor.get("/").links()


def test_an_empty_log_says_why(admin: PageClient) -> None:
    assert "API_LOG is false" in admin.get("/api-calls").text
    admin.app.config["SETTINGS"] = (kept := admin.app.config["SETTINGS"]).model_copy(
        update={"api_log": True}
    )
    try:
        assert "No calls yet" in admin.get("/api-calls").text
    finally:
        admin.app.config["SETTINGS"] = kept


def test_calls_are_listed_newest_first_and_page_by_page(admin: PageClient) -> None:
    for number in range(25):
        create_api_call(path=f"/api/v1/customers/{number:02}")
    first = admin.get("/api-calls")
    assert shown(first) == [f"GET /api/v1/customers/{number:02}" for number in range(24, 4, -1)]
    (older,) = [link for link in first.links() if "cursor=" in link]
    assert shown(admin.get(older)) == [f"GET /api/v1/customers/0{number}" for number in "43210"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status_class=2", "ab"),
        ("status_class=4", "cd"),
        ("status_class=5", "e"),
        ("method=POST", "bc"),
        ("operation=create_customer", "bc"),
        ("actor_id=usr_ada", "ace"),
        ("actor_id=cli_shop", "be"),
        ("request_id=order-66", "c"),
        ("actor_id=usr_ada&status_class=4", "c"),
        ("operation=nothing", ""),
    ],
)
def test_filters_find_calls(admin: PageClient, query: str, found: str) -> None:
    creating = {"method": "POST", "operation": "create_customer"}
    create_api_call(path="a", actor=ADA)
    create_api_call(path="b", actor=SHOP, status=201, **creating)
    create_api_call(path="c", actor=ADA, status=422, request_id="order-66", **creating)
    create_api_call(path="d", status=401)
    for_ada = Actor(type="user", id=ADA.id, name="Ada", client_id=SHOP.id)
    create_api_call(path="e", actor=for_ada, status=503)
    seen = admin.get(f"/api-calls?{query}")
    assert sorted(path.split()[1] for path in shown(seen)) == list(found)


def test_since_is_a_day_or_a_minute_of_utc(admin: PageClient) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=3)
    create_api_call(path="before", at=noon - timedelta(days=1))
    create_api_call(path="after", at=noon)
    assert shown(admin.get(f"/api-calls?since={noon.date()}")) == ["GET after"]
    assert shown(admin.get(f"/api-calls?since={noon:%Y-%m-%dT11:59}")) == ["GET after"]
    assert shown(admin.get(f"/api-calls?since={noon:%Y-%m-%dT12:01}")) == []


@pytest.mark.parametrize("query", ["since=tomorrow", "status_class=9", "since=9999-99-99"])
def test_a_filter_that_means_nothing_is_said(admin: PageClient, query: str) -> None:
    seen = admin.get(f"/api-calls?{query}")
    assert seen.status == 422
    assert "must be" in seen.text


def test_a_call_leads_to_what_it_changed(admin: PageClient) -> None:
    with acting_as(ADA):
        create_customer()
    create_customer()
    made = {"method": "POST", "operation": "create_customer", "status": 201}
    create_api_call(actor=ADA, request_id="order-66", query=["expand"], **made)
    (row,) = [link for link in admin.get("/api-calls").links() if "/api-calls/call_" in link]
    seen = admin.get(row)
    assert seen.title == "POST create_customer"
    for word in ("order-66", "201", "1.25 ms", "192.0.2.7", "expand", "Customer created", "Ada"):
        assert word in seen.text
    assert {"/users/usr_ada", "/api-calls?actor_id=usr_ada"} <= seen.links()
    trail = admin.get("/events?request_id=order-66")
    assert "/events?request_id=order-66" in seen.links()
    assert shown(trail) == ["Customer created"]


def test_a_call_through_a_client_leads_to_it(admin: PageClient) -> None:
    for_ada = Actor(type="user", id=ADA.id, name="Ada", client_id=SHOP.id)
    for actor in (SHOP, for_ada):
        call = create_api_call(actor=actor)
        assert "/oauth-clients/cli_shop" in admin.get(f"/api-calls/{call['_id']}").links()


def test_a_call_of_nobody_changed_nothing(admin: PageClient) -> None:
    call = create_api_call(status=401)
    seen = admin.get(f"/api-calls/{call['_id']}")
    assert "Nobody known" in seen.text
    assert "Nothing." in seen.text


def test_a_call_that_is_gone_is_not_found(admin: PageClient) -> None:
    assert admin.get("/api-calls/call_1").status == 404


def test_a_user_leads_to_their_calls(admin: PageClient) -> None:
    (link,) = [link for link in admin.get("/users").links() if link.startswith("/users/usr_")]
    assert link.replace("/users/", "/api-calls?actor_id=") in admin.get(link).links()
