"""Sending again: one, a range, all that was given up; and trying an endpoint out."""

from __future__ import annotations

import pytest

from billing.database import Database, Row
from billing.errors import Invalid, StaleRevision
from billing.events.queries import get_event
from billing.inputs import parse
from billing.transactions import in_transaction
from billing.webhooks.errors import (
    DeliveryNotFound,
    WebhookEndpointDisabled,
    WebhookEndpointNotFound,
)
from billing.webhooks.fan_out import sequence_waiting
from billing.webhooks.inputs import ReplayRange
from billing.webhooks.replay import replay_delivery, replay_failed, replay_range
from billing.webhooks.save_endpoint import disable_endpoint
from billing.webhooks.send_test import send_test
from tests.billing.webhooks.receiver import Receiver, Reply
from tests.billing.webhooks.working import deliveries, happen, wait_for_statuses, working
from tests.factories import create_webhook_endpoint
from tests.waiting import wait_until


def span(first: int, last: int) -> ReplayRange:
    return ReplayRange(from_seq=first, to_seq=last)


def deliver_all(receiver: Receiver, count: int) -> None:
    with working():
        wait_for_statuses(["delivered"] * count)


def test_one_is_delivered_again_under_the_same_id_and_with_the_same_bytes(
    db: Database[Row], receiver: Receiver
) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    happen("plan_1", 2)
    deliver_all(receiver, 2)
    first = deliveries()[0]
    again = replay_delivery(endpoint.id, first["_id"])
    assert (again["status"], again["tries"], len(again["attempts"])) == ("pending", 0, 1)
    deliver_all(receiver, 2)
    assert receiver.ids.count(first["event_id"]) == 2
    assert len({got.body for got in receiver.got if got.id == first["event_id"]}) == 1
    row = deliveries()[0]
    assert (row["tries"], len(row["attempts"])) == (1, 2)


def test_one_that_waits_is_tried_at_once_with_what_is_before_it(
    db: Database[Row], receiver: Receiver
) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    receiver.reply = lambda _: Reply(500)
    happen("plan_1", 2)
    with working():
        wait_until(lambda: any(row["attempts"] for row in deliveries()))
        receiver.reply = lambda _: Reply()
        replay_delivery(endpoint.id, deliveries()[1]["_id"])
        wait_for_statuses(["delivered", "delivered"])


def test_a_range_brings_what_is_subscribed_to_now_and_what_was_never_delivered(
    db: Database[Row], receiver: Receiver
) -> None:
    happen("plan_1", 3)
    sequence_waiting()
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    happen("plan_2", 1)
    happen("coupon_1", 1, "coupon.created")
    deliver_all(receiver, 1)  # the endpoint's own creation is number 4, plan_2's event number 5
    assert replay_range(endpoint.id, span(2, 6)) == (3, False)
    deliver_all(receiver, 3)
    assert [row["seq"] for row in deliveries()] == [2, 3, 5]
    assert sorted(got.event["seq"] for got in receiver.got) == [2, 3, 5, 5]
    assert replay_range(endpoint.id, span(100, 200)) == (0, False)


def test_all_that_was_given_up_is_delivered_again(
    db: Database[Row], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    for n in range(5):
        happen(f"plan_{n}")
    deliver_all(receiver, 5)
    db.webhook_deliveries.update_many({"seq": {"$gt": 3}}, {"$set": {"status": "failed"}})
    monkeypatch.setattr("billing.webhooks.replay.MOST_REPLAYED", 2)
    assert replay_failed(endpoint.id) == (2, True)
    assert replay_failed(endpoint.id) == (1, False)
    assert replay_failed(endpoint.id) == (0, False)
    deliver_all(receiver, 5)
    assert len(receiver.got) == 8


def test_what_is_pending_is_not_doubled_by_a_range(db: Database[Row]) -> None:
    endpoint = create_webhook_endpoint(event_types=["plan.*"])
    happen("plan_1", 2)
    sequence_waiting()
    assert replay_range(endpoint.id, span(1, 10)) == (0, False)
    assert len(deliveries()) == 2


def test_nothing_is_replayed_to_a_disabled_endpoint_or_in_ignorance(db: Database[Row]) -> None:
    endpoint = create_webhook_endpoint(event_types=["plan.*"])
    happen("plan_1")
    sequence_waiting()
    (row,) = deliveries()
    with pytest.raises(StaleRevision):
        replay_failed(endpoint.id, 7)
    disable_endpoint(endpoint.id)
    with pytest.raises(WebhookEndpointDisabled):
        replay_delivery(endpoint.id, row["_id"])
    with pytest.raises(WebhookEndpointDisabled):
        replay_failed(endpoint.id)
    other = create_webhook_endpoint()
    with pytest.raises(DeliveryNotFound):
        replay_delivery(other.id, row["_id"])
    with pytest.raises(WebhookEndpointNotFound):
        replay_delivery("whk_none", row["_id"])


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"from_seq": 1},
        {"to_seq": 1},
        {"from_seq": 2, "to_seq": 1},
        {"from_seq": 1, "to_seq": 10_001},
        {"from_seq": 0, "to_seq": 1},
        {"from_seq": 1, "to_seq": 2, "failed": True},
    ],
)
def test_what_to_replay_must_be_clear(values: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        parse(ReplayRange, values)


def test_a_test_goes_to_that_endpoint_only_and_once(db: Database[Row], receiver: Receiver) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url)
    create_webhook_endpoint(url=receiver.url + "/other")
    row = send_test(endpoint.id)
    assert (row["status"], row["event_type"]) == ("delivered", "webhook.test")
    (got,) = receiver.got
    event = get_event(row["event_id"])
    assert (got.path, got.id) == ("/hooks", event["_id"])
    assert got.event["seq"] == event["seq"] == row["seq"]
    assert [each["_id"] for each in deliveries(event_type="webhook.test")] == [row["_id"]]


def test_a_test_that_fails_says_why_and_is_not_repeated(
    db: Database[Row], receiver: Receiver
) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["plan.*"], status="disabled")
    receiver.reply = lambda _: Reply(404, body=b"no such page")
    row = send_test(endpoint.id)
    assert row["status"] == "failed"
    assert [(a["status"], a["response"]) for a in row["attempts"]] == [(404, "no such page")]
    with working():
        happen("plan_1")
    assert len(receiver.got) == 1


def test_a_test_is_no_part_of_a_transaction(db: Database[Row]) -> None:
    endpoint = create_webhook_endpoint()
    with pytest.raises(RuntimeError):
        in_transaction(lambda: send_test(endpoint.id))
