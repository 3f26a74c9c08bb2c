"""Webhooks in the browser: for admins only; what fails comes first, and a secret is shown once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from billing.database import Database, Row
from billing.webhooks import targets
from billing.webhooks.fan_out import sequence_waiting
from billing.webhooks.queries import get_endpoint
from billing.workers.heartbeats import beat
from tests.billing.webhooks.receiver import Receiver, Reply, receiving
from tests.factories import create_plan, create_webhook_endpoint
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen

WEBHOOKS = "/webhooks"
PUBLIC = "https://93.184.215.14/hooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    targets.allow_private(True)
    with receiving() as found:
        yield found
    targets.allow_private(False)


@pytest.fixture
def sent(db: Database[Row]) -> tuple[str, str]:
    """The addresses of an endpoint and of a delivery to it that was given up."""
    endpoint = create_webhook_endpoint(event_types=["plan.*"])
    create_plan()
    sequence_waiting()
    db.webhook_deliveries.update_many({}, {"$set": {"status": "failed"}, "$unset": {"place": 1}})
    (row,) = db.webhook_deliveries.find()
    own = f"{WEBHOOKS}/{endpoint.id}"
    return own, f"{own}/deliveries/{row['_id']}"


def add(admin: PageClient, **typed: str) -> Seen:
    values = {"url": PUBLIC, "kinds": "invoice.*", **typed}
    return admin.send(admin.get(f"{WEBHOOKS}/new"), **values)


def secret_of(seen: Seen) -> str:
    """The secret that a page shows, beside a button that copies it."""
    (secret,) = set(re.findall(r"whsec_[\w+/=]{44}", seen.text))
    assert f'data-copy="{secret}"' in seen.html
    return secret


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_only_admins_look_after_webhooks(
    visiting_as: Visitor, sent: tuple[str, str], role: str
) -> None:
    visitor = visiting_as(role)
    for path in (WEBHOOKS, f"{WEBHOOKS}/new", *sent, f"{sent[0]}/rotate"):
        assert visitor.get(path).status == 403
    assert WEBHOOKS not in visitor.get("/").links()


def test_an_empty_list_says_what_to_do(admin: PageClient) -> None:
    assert WEBHOOKS in admin.get("/").links()
    seen = admin.get(WEBHOOKS)
    assert "No endpoints yet" in seen.text
    assert f"{WEBHOOKS}/new" in seen.links()


def test_a_new_endpoint_is_shown_its_secret_once(admin: PageClient) -> None:
    seen = add(admin, event_types="plan.created\r\n customer.updated", description="The shop")
    secret = secret_of(seen)
    (own,) = (link for link in seen.links() if re.fullmatch(rf"{WEBHOOKS}/whk_\w+", link))
    endpoint = get_endpoint(own.rpartition("/")[2])
    assert endpoint.event_types == ["invoice.*", "plan.created", "customer.updated"]
    for path in (own, f"{own}/edit", WEBHOOKS, "/events"):
        assert secret not in admin.get(path).html
    assert "The shop" in admin.get(own).text


def test_what_is_wrong_is_named_beside_its_field(admin: PageClient, db: Database[Row]) -> None:
    assert "not a public address" in add(admin, url="http://127.0.0.1/").error_of("url")
    assert "right form" in add(admin, url="example.com").error_of("url")
    wrong = add(admin, event_types="invoice.payed")
    assert "names no type of event: invoice.payed" in wrong.error_of("event_types")
    assert wrong.values("/webhooks/new")["event_types"] == "invoice.payed"
    assert "not be empty" in add(admin, kinds=None).error_of("event_types")  # type: ignore[arg-type]
    lines = next(e for e in wrong.form().iter("textarea") if e.get("name") == "event_types")
    assert lines.get("required") is None, "what is ticked may be enough"
    assert db.webhook_endpoints.count_documents({}) == 0


def test_an_edit_keeps_what_the_form_does_not_show(admin: PageClient) -> None:
    endpoint = create_webhook_endpoint(
        event_types=["*", "plan.created"], metadata={"team": "x"}, status="disabled"
    )
    path = f"{WEBHOOKS}/{endpoint.id}/edit"
    admin.submit(path, description="Later", kinds=None)
    stored = get_endpoint(endpoint.id)
    assert (stored.description, stored.event_types) == ("Later", ["plan.created"])
    assert (stored.metadata, stored.status) == ({"team": "x"}, "disabled")


def test_what_fails_comes_first_and_says_since_when(admin: PageClient, db: Database[Row]) -> None:
    bad = create_webhook_endpoint(url=f"{PUBLIC}/bad")
    create_webhook_endpoint(url=f"{PUBLIC}/off", status="disabled")
    create_webhook_endpoint(url=f"{PUBLIC}/good")
    failing = [{"$set": {"failures": 1234, "failing_since": "$$NOW"}}]
    db.webhook_lanes.update_one({"_id": bad.id}, failing)
    shown = re.findall(r"hooks/(bad|good|off)", admin.get(WEBHOOKS).text)
    assert shown == ["bad", "good", "off"]
    assert "1,234 attempts in a row" in admin.get(f"{WEBHOOKS}/{bad.id}").alerts()


def test_that_no_worker_runs_is_said_where_it_matters(admin: PageClient) -> None:
    own = f"{WEBHOOKS}/{create_webhook_endpoint().id}"
    for path in (WEBHOOKS, own):
        assert "No worker is running" in admin.get(path).alerts()
    beat("wrk_1", ["deliver"])
    for path in (WEBHOOKS, own):
        assert "No worker is running" not in admin.get(path).text


def test_a_test_leads_to_what_came_of_it(admin: PageClient, receiver: Receiver) -> None:
    receiver.reply = lambda _: Reply(500, body=b"<b>broken</b>")
    own = f"{WEBHOOKS}/{create_webhook_endpoint(url=receiver.url).id}"
    seen = admin.follow(admin.send(admin.get(own), f"{own}/test"))
    assert seen.title == "webhook.test"
    assert "<b>broken</b>" in seen.text
    assert "&lt;b&gt;" in seen.html
    signature = receiver.got[0].headers["webhook-signature"]
    assert signature not in seen.html
    assert f"webhook-id: {receiver.got[0].id}" in seen.text
    assert '"type": "webhook.test"' in seen.text


def test_a_delivery_is_replayed_and_asks_for_itself_while_it_is_on_its_way(
    admin: PageClient, sent: tuple[str, str], db: Database[Row]
) -> None:
    own, one = sent
    seen = admin.get(one)
    assert 'hx-trigger="every' not in seen.html
    assert "given up" in seen.alerts()
    seen = admin.follow(admin.send(seen, f"{one}/replay"))
    assert "It is sent again." in seen.text
    assert 'hx-trigger="every 2s"' in seen.html
    assert db.webhook_deliveries.find_one()["status"] == "pending"  # type: ignore[index]
    assert 'hx-trigger="every 2s"' in admin.get(own).html
    fragment = admin.get(one, headers={"HX-Request": "true", "HX-Target": "delivery"})
    assert fragment.html.lstrip().startswith('<div id="delivery"')


def test_what_failed_and_what_was_in_a_range_is_replayed(
    admin: PageClient, sent: tuple[str, str]
) -> None:
    own, _ = sent
    assert "given up: 1." in admin.get(f"{own}/replay-failed").text
    seen = admin.follow(admin.submit(f"{own}/replay-failed"))
    assert "1 delivery is sent again." in seen.text
    seen = admin.follow(admin.submit(f"{own}/replay", from_seq="1", to_seq="9"))
    assert "0 deliveries are sent again." in seen.text
    seen = admin.submit(f"{own}/replay", from_seq="9", to_seq="1")
    assert seen.status == 422
    assert "must be from from_seq to 9,999 above it" in seen.error_of("to_seq")


def test_an_endpoint_is_disabled_enabled_and_deleted(
    admin: PageClient, sent: tuple[str, str], db: Database[Row]
) -> None:
    own, one = sent
    seen = admin.follow(admin.submit(f"{own}/disable"))
    assert "It is disabled and sent nothing." in seen.text
    assert f"{one}/replay" not in admin.get(one).html
    seen = admin.follow(admin.submit(f"{own}/enable"))
    assert "The endpoint is enabled." in seen.text
    seen = admin.follow(admin.submit(f"{own}/delete"))
    assert "No endpoints yet" in seen.text
    assert admin.get(own).status == 404
    assert admin.get(one).status == 404
    assert db.webhook_endpoints.count_documents({}) == 0


def test_a_rotated_secret_is_shown_once(admin: PageClient) -> None:
    own = f"{WEBHOOKS}/{create_webhook_endpoint().id}"
    secret = secret_of(admin.submit(f"{own}/rotate", overlap_hours="2"))
    assert secret not in admin.get(own).html
    assert len(re.findall("another takes its place", admin.get(own).text)) == 1


def test_deliveries_are_filtered_by_status(admin: PageClient, sent: tuple[str, str]) -> None:
    own, _ = sent
    assert "plan.created" in admin.get(f"{own}/deliveries?status=failed").text
    assert "Nothing matches" in admin.get(f"{own}/deliveries?status=pending").text
