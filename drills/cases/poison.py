"""What fails every time it is tried holds up nobody else: damaged subscriptions, refused webhooks.

A hundred subscriptions in the midst of a run cannot be computed; a receiver refuses all that tells
of one object.
"""

import time
from typing import Any

from billing.database import database
from drills.report import Report
from drills.world import seed
from drills.world.children import until
from drills.world.receiver import Receiver
from drills.world.world import World, world

DUE = 3000
DAMAGED = 100
OBJECTS = 20
CHANGES = 5


def drill(report: Report) -> None:
    """The run, then the webhooks."""
    with world(nodes=1, portals=1, workers=1) as found:
        _run(found, report)
        _webhooks(found, report)


def _run(found: World, report: Report) -> None:
    seed.subscriptions(DUE)
    ids = [row["_id"] for row in database().subscriptions.find({}, {"_id": 1})]
    damaged = ids[:: DUE // DAMAGED]
    halves = (
        (damaged[::2], {"$set": {"price": "a lot"}}),
        (damaged[1::2], {"$set": {"plan_version": 99}}),
    )
    for these, how in halves:
        database().subscriptions.update_many({"_id": {"$in": these}}, how)
    command = found.flask("run", "billing", "run")
    command.start()
    report.true("the run ended well", command.wait(120) == 0)
    run: Any = database().billing_runs.find_one()
    report.some("damaged subscriptions that were skipped", run["skipped"], DAMAGED)
    report.zero("due and neither invoiced nor skipped", DUE - run["invoiced"] - run["skipped"])
    skipped = {row["subscription_id"] for row in database().run_skips.find()}
    report.zero("skipped though they are whole", len(skipped - set(damaged)))
    report.true("the run is completed", run["status"] == "completed")


def _webhooks(found: World, report: Report) -> None:
    client, receiver = found.client(), Receiver()
    receiver.start()
    endpoint = {"url": receiver.url, "event_types": ["customer.updated"]}
    client.post("/webhook_endpoints", endpoint)
    customers = [seed.stored_customer() for _ in range(OBJECTS)]
    receiver.poison = customers[0]
    began = time.monotonic()
    for n in range(CHANGES):
        for customer in customers:
            client.call("PATCH", f"/customers/{customer}", {"name": f"Change {n}"})
    wanted = (OBJECTS - 1) * CHANGES
    until(lambda: len(receiver.got) >= wanted, 120, "all others are delivered")
    report.figure("seconds until all others were delivered", time.monotonic() - began)
    report.zero("of the others, not delivered or twice", abs(wanted - len(receiver.got)))
    stuck = {"object_id": receiver.poison, "status": "pending"}
    report.some(
        "waiting behind the refused one", database().webhook_deliveries.count_documents(stuck)
    )
    receiver.poison = None
    again = {"$set": {"next_attempt_at": found.mongo.primary().ask("hello")["localTime"]}}
    database().webhook_deliveries.update_many({**stuck, "place": "line"}, again)
    database().webhook_lanes.update_many({}, {"$unset": {"resume_at": 1}})
    until(lambda: len(receiver.got) >= wanted + CHANGES, 90, "what was refused is delivered")
    names = [e["changes"]["name"][1] for e in receiver.got if e["object_id"] == customers[0]]
    report.true("in order", names == [f"Change {n}" for n in range(CHANGES)])
    receiver.stop()
