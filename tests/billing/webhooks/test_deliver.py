"""Delivering: to whom it was to go, in order of each object, none waiting for another's trouble."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, OperationFailure
from standardwebhooks import Webhook

from billing.database import Database, Row
from billing.events.queries import get_event
from billing.events.views import event_view
from billing.webhooks import deliver, schedule
from billing.webhooks.fan_out import sequence_waiting
from billing.webhooks.inputs import as_input
from billing.webhooks.queries import get_endpoint, lanes_of
from billing.webhooks.save_endpoint import update_endpoint
from billing.webhooks.settle import settle
from billing.workers.heartbeats import workers_alive
from tests.billing.webhooks.receiver import Got, Receiver, Reply, after, receiving
from tests.billing.webhooks.working import (
    HURRIED,
    deliveries,
    happen,
    hurry,
    wait_for_statuses,
    working,
)
from tests.factories import create_customer, create_invoice, create_webhook_endpoint
from tests.waiting import wait_until


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What waits seconds as a rule waits hundredths of them."""
    monkeypatch.setattr(schedule, "_WAITS", tuple(wait / 100 for wait in schedule._WAITS))
    monkeypatch.setattr(schedule, "_PAUSES", tuple(wait / 100 for wait in schedule._PAUSES))
    return


def test_an_endpoint_gets_what_it_asked_for_and_nothing_else(db: Database[Row]) -> None:
    all_ = create_webhook_endpoint()
    invoices = create_webhook_endpoint(event_types=["invoice.*"])
    created = create_webhook_endpoint(event_types=["customer.created", "plan.created"])
    create_webhook_endpoint(status="disabled")
    sequence_waiting()
    assert deliveries(endpoint_id=created.id) == []
    before = len(deliveries())
    create_invoice()
    assert sequence_waiting() == 3
    rows = deliveries()[before:]
    found = {e.id: [r["event_type"] for r in rows if r["endpoint_id"] == e.id]
             for e in (all_, invoices, created)}  # fmt: skip
    assert found == {
        all_.id: ["customer.created", "invoice.created", "invoice.finalized"],
        invoices.id: ["invoice.created", "invoice.finalized"],
        created.id: ["customer.created"],
    }
    assert sequence_waiting() == 0
    assert len(deliveries()) == before + 6


def test_a_receiver_gets_the_event_as_the_api_shows_it_and_can_verify_it(
    db: Database[Row], receiver: Receiver
) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["customer.*"])
    create_customer(name="Ærø")
    with working():
        receiver.wait_for(1)
        wait_for_statuses(["delivered"])
    (got,) = receiver.got
    message = Webhook(endpoint.secret).verify(got.body, got.headers)
    event = event_view(get_event(got.id))
    assert message == {"type": "customer.created", "timestamp": event["created_at"], "data": event}
    assert event["seq"] == 2
    assert got.headers["user-agent"] == "Duebill"
    assert got.headers["content-type"] == "application/json"
    (row,) = deliveries()
    assert json.loads(row["body"]) == message
    (attempt,) = row["attempts"]
    assert (attempt["status"], attempt["error"], attempt["response"]) == (200, None, "thanks")
    assert abs((attempt["at"] - row["delivered_at"]).total_seconds()) < 5
    assert (row["expires_at"] - row["delivered_at"]).days == 30
    assert not {"place", "next_attempt_at"} & row.keys()


def test_a_failure_is_tried_again_with_the_same_bytes_and_id(
    db: Database[Row], receiver: Receiver, short_waits: None
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    statuses = [500, 302, 200]
    receiver.reply = lambda _: Reply(statuses[len(receiver.got) - 1])
    happen("plan_1")
    with working():
        wait_for_statuses(["delivered"])
    (row,) = deliveries()
    assert [attempt["status"] for attempt in row["attempts"]] == statuses
    assert len({got.body for got in receiver.got}) == 1
    assert set(receiver.ids) == {row["event_id"]}
    assert row["tries"] == 3


def test_later_events_of_an_object_wait_and_those_of_others_do_not(
    db: Database[Row], receiver: Receiver
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    bad = happen("plan_bad", 3)
    receiver.reply = lambda got: Reply(500 if got.event["object_id"] == "plan_bad" else 200)
    with working():
        receiver.wait_for(1)
        good = happen("plan_good", 3)
        wait_for_statuses(["pending"] * 3 + ["delivered"] * 3)
        assert set(receiver.ids) == {bad[0], *good}
        assert [row.get("place") for row in deliveries(object_id="plan_bad")] == (
            ["line", "behind", "behind"]
        )
        receiver.reply = lambda _: Reply()
        hurry()
        wait_for_statuses(["delivered"] * 6)
    for ids in (bad, good):
        times = [max(got.at for got in receiver.got if got.id == each) for each in ids]
        assert times == sorted(times)


def test_what_was_given_up_lets_the_next_one_pass(
    db: Database[Row], receiver: Receiver, short_waits: None
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    first, second = happen("plan_1", 2)
    receiver.reply = lambda got: Reply(500 if got.id == first else 200)
    with working():
        receiver.wait_for(1)
        db.webhook_deliveries.update_one({"event_id": first}, [{"$set": {"give_up_at": "$$NOW"}}])
        wait_for_statuses(["failed", "delivered"])
    assert receiver.ids[-1] == second
    assert deliveries()[0]["expires_at"]


def test_an_endpoint_that_hangs_holds_up_no_other(
    db: Database[Row], receiver: Receiver, to_loopback: None
) -> None:
    """Were its 1,200 deliveries waited for by all 32 threads, it would take 19 seconds."""
    go_on, pace = Event(), replace(HURRIED, whole_seconds=0.5)
    with receiving() as hanging:
        hanging.reply = after(go_on)
        for _ in range(12):
            create_webhook_endpoint(url=hanging.url, event_types=["plan.*"])
        create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
        with working(pace):
            wait_until(lambda: len(lanes_held(db)) == 13)
            for n in range(100):
                happen(f"plan_{n}")
            receiver.wait_for(100, 12.0)
            hanging.wait_for(12)
            go_on.set()


def lanes_held(db: Database[Row]) -> list[Row]:
    return list(db.webhook_lanes.find({"worker": {"$exists": True}}))


def test_a_failing_endpoint_is_flagged_slowed_and_welcomed_back(
    db: Database[Row], receiver: Receiver
) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    receiver.stop()
    with working():
        for n in range(40):
            happen(f"plan_{n}")
        wait_until(lambda: lanes_of([endpoint.id])[endpoint.id]["failures"] >= 3)
        time.sleep(0.3)
        lane = lanes_of([endpoint.id])[endpoint.id]
        assert lane["failures"] < 8, "it is left alone for seconds"
        assert lane["failing_since"]
        receiver.start()
        hurry()
        wait_for_statuses(["delivered"] * 40)
        lane = lanes_of([endpoint.id])[endpoint.id]
        assert (lane["failures"], lane["failing_since"]) == (0, None)


def test_an_endpoint_that_says_gone_is_disabled(db: Database[Row], receiver: Receiver) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    receiver.reply = lambda _: Reply(410)
    happen("plan_1", 2)
    sequence_waiting()  # both are on their way before the endpoint is disabled
    with working():
        wait_until(lambda: not get_endpoint(endpoint.id).is_enabled)
        wait_until(lambda: lanes_held(db) == [])
        happen("plan_2")
    assert get_endpoint(endpoint.id).disabled_reason == "gone"
    sequence_waiting()
    assert [row["status"] for row in deliveries()] == ["failed", "pending"]
    assert len(receiver.got) == 1
    event = db.events.find_one({"type": "webhook_endpoint.disabled"}) or {}
    assert event["changes"]["status"] == ["enabled", "disabled"]


def test_what_waits_goes_to_the_new_address(db: Database[Row], receiver: Receiver) -> None:
    endpoint = create_webhook_endpoint(url="http://127.0.0.1:1/", event_types=["plan.*"])
    with working():
        happen("plan_1", 2)
        wait_until(lambda: any(row["attempts"] for row in deliveries()))
        data = as_input(get_endpoint(endpoint.id)).model_copy(update={"url": receiver.url})
        update_endpoint(endpoint.id, data)
        wait_for_statuses(["delivered", "delivered"])


def test_two_workers_share_the_endpoints_and_send_each_event_once(
    db: Database[Row], receiver: Receiver
) -> None:
    for _ in range(4):
        create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    with working() as one, working() as two:
        wait_until(
            lambda: sorted(row["worker"] for row in lanes_held(db)) == [one.id] * 2 + [two.id] * 2
        )
        assert len(workers_alive("deliver")) == 2
        for n in range(10):
            happen(f"plan_{n % 3}")
        wait_for_statuses(["delivered"] * 40)
    assert len(receiver.got) == 40
    assert workers_alive() == []
    assert lanes_held(db) == []


def test_a_worker_that_ends_finishes_what_is_under_way(
    db: Database[Row], receiver: Receiver
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    go_on = Event()
    receiver.reply = after(go_on)
    with working() as worker:
        happen("plan_1", 2)
        receiver.wait_for(1)
        worker.stop()
        go_on.set()
    assert [row["status"] for row in deliveries()] == ["delivered", "pending"]
    assert len(receiver.got) == 1


def test_a_lane_of_a_worker_that_died_is_taken_when_its_lease_is_over(
    db: Database[Row], receiver: Receiver
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    happen("plan_1")
    until = [{"$set": {"worker": "wrk_dead", "leased_until": {"$add": ["$$NOW", 700]}}}]
    began = time.monotonic()
    db.webhook_lanes.update_many({}, until)
    with working():
        wait_for_statuses(["delivered"])
    assert time.monotonic() - began > 0.6


def test_what_a_worker_writes_after_it_lost_its_lane_does_not_count(
    db: Database[Row], receiver: Receiver
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    is_taken = Event()
    receiver.reply = after(is_taken)
    happen("plan_1")
    with working():
        receiver.wait_for(1)
        stolen = {"worker": "wrk_other", "leased_until": None}
        db.webhook_lanes.update_many({}, {"$set": stolen})
        is_taken.set()
        wait_for_statuses(["delivered"])
    assert len(receiver.got) == 2, "sent again by whoever took the lane"
    assert set(receiver.ids) == {deliveries()[0]["event_id"]}


def test_a_secret_that_cannot_be_read_is_a_failure_that_says_so(
    db: Database[Row], receiver: Receiver
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    db.webhook_endpoints.update_many({}, {"$set": {"secrets.0.sealed": "nonsense"}})
    happen("plan_1")
    with working():
        wait_until(lambda: any(row["attempts"] for row in deliveries()))
    assert deliveries()[0]["attempts"][0]["error"] == "secret_unreadable"
    assert receiver.got == []


def test_an_event_that_cannot_be_shown_holds_up_no_other(
    db: Database[Row], receiver: Receiver, short_waits: None
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    (bad,) = happen("plan_1")
    (good,) = happen("plan_2")
    db.events.update_one({"_id": bad}, {"$set": {"changes": {"price": [None, b"no JSON"]}}})
    with working():
        wait_until(lambda: receiver.ids == [good])
        wait_until(lambda: bool(deliveries(event_id=bad)[0]["attempts"]))
    assert {a["error"] for a in deliveries(event_id=bad)[0]["attempts"]} == {"event_unreadable"}


def test_trouble_with_one_lane_is_no_trouble_of_the_others(
    db: Database[Row], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursed = create_webhook_endpoint(url=receiver.url + "/cursed", event_types=["plan.*"])
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])

    def settle_but_one(worker: str, endpoint_id: str, *rest: Any) -> Any:
        if endpoint_id == cursed.id:
            raise OperationFailure("cannot be written")
        return settle(worker, endpoint_id, *rest)

    monkeypatch.setattr(deliver, "settle", settle_but_one)
    with working():
        for n in range(5):
            happen(f"plan_{n}")
            wait_until(lambda n=n: len(got_at(receiver, "/hooks")) == n + 1)  # type: ignore[misc]


def test_a_database_that_is_away_for_a_moment_loses_nothing(
    db: Database[Row], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    failures = iter([AutoReconnect("away"), AutoReconnect("away")])

    def settle_later(*arguments: Any) -> Any:
        for failure in failures:
            raise failure
        return settle(*arguments)

    monkeypatch.setattr(deliver, "settle", settle_later)
    happen("plan_1", 2)
    with working():
        wait_for_statuses(["delivered", "delivered"])
    assert len(receiver.got) == 2, "what was over was kept, and written down later"


def got_at(receiver: Receiver, path: str) -> list[Got]:
    return [got for got in receiver.got if got.path == path]
