"""A receiver is down for 2 days and then for 5: nothing is lost, each object in order.

Days are let go by moving what waits back in time. What was given up after 3 days is kept, and is
delivered once somebody replays it.
"""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from billing.database import database
from drills.report import Report
from drills.world import seed
from drills.world.children import until
from drills.world.events import wait_until_numbered
from drills.world.receiver import Receiver
from drills.world.world import World, world

OBJECTS = 25
CHANGES = 4
EVENTS = OBJECTS * CHANGES


def drill(report: Report) -> None:
    """Workers go on all the time."""
    with world(nodes=1, portals=1, workers=2) as found:
        receiver = Receiver()
        endpoint = found.client().post(
            "/webhook_endpoints", {"url": receiver.url, "event_types": ["customer.updated"]}
        )
        _down_for(2, found, receiver, report)
        until(lambda: len(receiver.got) >= EVENTS, 120, "all is delivered after two days")
        _judge(receiver, report, "2 days", EVENTS)
        receiver.stop()
        _down_for(5, found, receiver, report)
        given_up = _count("failed")
        report.some("given up after 3 days", given_up)
        path = f"/webhook_endpoints/{endpoint.body['id']}/replay"
        replayed = found.client().post(path, {"failed": True})
        report.true(f"the replay is taken ({replayed.status})", replayed.is_acknowledged)
        until(lambda: len(receiver.got) >= 2 * EVENTS, 120, "all is delivered after the replay")
        _judge(receiver, report, "5 days", 2 * EVENTS)
        receiver.stop()


def _down_for(days: int, found: World, receiver: Receiver, report: Report) -> None:
    client = found.client()
    customers = [seed.stored_customer() for _ in range(OBJECTS)]
    for n in range(CHANGES):
        for customer in customers:
            client.call("PATCH", f"/customers/{customer}", {"name": f"Change {n}"})
    wait_until_numbered(60)
    until(lambda: _tried() > 0, 60, "a delivery was tried")
    for _ in range(days * 4):
        tried = _tried()
        _let_go_by(timedelta(hours=6))
        until(lambda t=tried: _tried() > t or not _count("pending"), 30, "it is tried again")  # type: ignore[misc]
    if days > 3:  # each is tried for a last time, one after the other
        until(_give_up, 150, "all is given up")
    report.some(f"{days} days: tries in vain", _tried())
    report.some(f"{days} days: not delivered", _count("pending") + _count("failed"), EVENTS)
    receiver.start()
    _let_go_by(timedelta(hours=12))


def _let_go_by(time: timedelta) -> None:
    """As if it had gone by for all that waits."""
    for collection in (database().webhook_deliveries, database().webhook_lanes):
        for name in ("next_attempt_at", "give_up_at", "resume_at", "failing_since"):
            there = {name: {"$type": "date"}}
            back = {"$subtract": [f"${name}", int(time.total_seconds() * 1000)]}
            collection.update_many(there, [{"$set": {name: back}}])
    # Whoever has the lane counts its pause by itself.
    database().webhook_lanes.update_many({}, {"$set": {"begin_again": True}})


def _give_up() -> bool:
    """Let some minutes go by; whether nothing waits any more."""
    _let_go_by(timedelta(minutes=10))
    return not _count("pending")


def _count(status: str) -> int:
    return database().webhook_deliveries.count_documents({"status": status})


def _tried() -> int:
    waiting = {"status": {"$in": ["pending", "failed"]}}
    rows = database().webhook_deliveries.find(waiting, {"tries": 1})
    return sum(row.get("tries", 0) for row in rows)


def _judge(receiver: Receiver, report: Report, what: str, wanted: int) -> None:
    seen: dict[str, list[Any]] = defaultdict(list)
    ids = Counter(event["id"] for event in receiver.got)
    for event in receiver.got:
        if event["seq"] not in seen[event["object_id"]]:
            seen[event["object_id"]].append(event["seq"])
    report.zero(f"{what}: lost", wanted - len(ids))
    report.figure(f"{what}: delivered more than once", sum(n > 1 for n in ids.values()))
    disordered = sum(numbers != sorted(numbers) for numbers in seen.values())
    report.zero(f"{what}: objects out of order", disordered)
