"""What workers ask again and again, and what pages list, walks indexes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from billing.database import Database, Row
from billing.webhooks.deliver import Deliverer
from billing.webhooks.fan_out import sequence_waiting
from billing.webhooks.inputs import ReplayRange
from billing.webhooks.queries import count_failing, count_pending, list_deliveries, list_endpoints
from billing.webhooks.relay import purge
from billing.webhooks.replay import replay_failed, replay_range
from tests.billing.test_indexes import Profiler
from tests.billing.webhooks.receiver import Receiver, Reply
from tests.billing.webhooks.working import HURRIED, happen
from tests.factories import create_webhook_endpoint


@pytest.fixture
def profiler(db: Database[Row]) -> Iterator[Profiler]:
    found = Profiler(db)
    yield found
    found.stop()


def test_numbering_delivering_and_replaying_walk_indexes(
    db: Database[Row], receiver: Receiver, profiler: Profiler
) -> None:
    endpoint = create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
    receiver.reply = lambda got: Reply(500 if got.event["object_id"] == "plan_0" else 200)
    for n in range(20):
        happen(f"plan_{n}", 3)
    assert sequence_waiting() == 61
    deliverer = Deliverer("wrk_1", HURRIED)
    done = {"endpoint_id": endpoint.id, "status": "delivered"}
    while db.webhook_deliveries.count_documents(done) < 57:
        deliverer.work()
    deliverer.finish(5.0)
    in_line = {"endpoint_id": endpoint.id, "place": "line"}
    db.webhook_deliveries.update_many(in_line, {"$set": {"status": "failed"}})
    assert replay_failed(endpoint.id).deliveries == 1
    replay_range(endpoint.id, ReplayRange(from_seq=1, to_seq=50))
    assert purge() == 0
    assert count_pending(1000) > 40
    assert count_failing() == 0
    assert profiler.scans() == []


def test_lists_of_deliveries_look_at_no_more_than_they_show(
    db: Database[Row], profiler: Profiler
) -> None:
    endpoint = create_webhook_endpoint()
    create_webhook_endpoint()
    for n in range(10):
        happen(f"plan_{n}")
        happen(f"coupon_{n}", 1, "coupon.created")
    sequence_waiting()
    profiler.operations()
    for where in ({}, {"status": "pending"}, {"event_type": "plan.updated"}):
        for sort in ("created_at", "-created_at"):
            page = list_deliveries(endpoint.id, limit=4, sort=sort, **where)
            list_deliveries(endpoint.id, limit=4, sort=sort, cursor=page.next_cursor, **where)
            finds = [op for op in profiler.operations() if "find" in op["command"]]
            assert max(op["docsExamined"] for op in finds) <= 5, (where, sort)
            assert profiler_scans(finds) == []
    list_endpoints()
    list_endpoints(status="enabled")
    assert profiler.scans() == []


def profiler_scans(operations: list[Row]) -> list[Row]:
    return [op for op in operations if "COLLSCAN" in op.get("planSummary", "")]
