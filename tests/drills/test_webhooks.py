"""Webhooks while workers are killed and receivers misbehave: nothing lost, each object in order."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from billing import sealing
from billing.database import Database, Row
from billing.events.models import COLLECTION as EVENTS
from billing.events.models import event_row
from billing.transactions import in_transaction
from billing.webhooks import targets
from tests.billing.webhooks.receiver import Got, Receiver, Reply
from tests.drills.delivering import SECRET_KEY
from tests.factories import create_webhook_endpoint
from tests.waiting import wait_until

KILLS = 50
OBJECTS = 40

pytestmark = pytest.mark.slow


class Business:
    """Changes of a few objects, each with its event: the object's `n` rises by one."""

    def __init__(self, db: Database[Row]) -> None:
        self.db = db
        self.written: dict[str, int] = {}
        db.counters.insert_many([{"_id": f"obj_{n}", "n": 0} for n in range(OBJECTS)])
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(n,)) for n in range(2)]

    def __enter__(self) -> Business:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, seed: int) -> None:
        dice = random.Random(seed)
        while not self._done.wait(dice.random() * 0.1):
            name = f"obj_{dice.randrange(OBJECTS)}"
            event_id, n = in_transaction(lambda name=name: self._change(name))  # type: ignore[misc]
            self.written[event_id] = n

    def _change(self, name: str) -> tuple[str, int]:
        before: Any = self.db.counters.find_one_and_update({"_id": name}, {"$inc": {"n": 1}})
        n = before["n"] + 1
        row = event_row("plan.updated", name, changes={"n": [n - 1, n]})
        self.db[EVENTS].insert_one(row)
        return row["_id"], n


class Receivers:
    """One of each kind; all become good when they are healed."""

    def __init__(self) -> None:
        self.dice = random.Random(4)
        self.all = {name: Receiver() for name in ("good", "hangs", "slow", "fails", "dies")}
        self.all["hangs"].reply = lambda _: Reply(seconds=3)
        self.all["slow"].reply = lambda _: Reply(seconds=0.05 + self.dice.random() * 0.15)
        self.all["fails"].reply = lambda _: Reply(self.dice.choice([200, 200, 500, 302, 429]))

    def __enter__(self) -> Receivers:
        for receiver in self.all.values():
            receiver.start()
        return self

    def __exit__(self, *_: object) -> None:
        for receiver in self.all.values():
            receiver.stop()

    def die_or_come_back(self, kill: int) -> None:
        if kill % 10 == 3:
            self.all["dies"].stop()
        if kill % 10 == 8:
            self.all["dies"].start()

    def heal(self) -> None:
        for receiver in self.all.values():
            receiver.reply = lambda _: Reply()


class Workers:
    """Three at a time, of which the oldest is killed now and then."""

    def __init__(self, uri: str) -> None:
        command = [sys.executable, "-m", "tests.drills.delivering", uri]
        pipe = subprocess.PIPE
        self._parent = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._running: list[int] = []

    def start(self) -> None:
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.write("another\n")
        self._parent.stdin.flush()
        self._running.append(int(self._parent.stdout.readline()))

    def kill_oldest(self) -> None:
        os.kill(self._running.pop(0), signal.SIGKILL)

    def kill_all(self) -> None:
        while self._running:
            self.kill_oldest()

    def end(self) -> None:
        self.kill_all()
        self._parent.kill()
        self._parent.communicate()


@pytest.fixture
def workers(mongodb_uri: str) -> Iterator[Workers]:
    found = Workers(mongodb_uri)
    yield found
    found.end()


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    sealing.use_secret(SECRET_KEY)
    targets.allow_private(True)
    with Receivers() as found:
        yield found
    targets.allow_private(False)


def test_every_event_arrives_everywhere_in_order_though_workers_are_killed(
    db: Database[Row], receivers: Receivers, workers: Workers
) -> None:
    for name, receiver in receivers.all.items():
        create_webhook_endpoint(url=receiver.url, description=name, event_types=["plan.*"])
    good, hangs = receivers.all["good"], receivers.all["hangs"]
    dice = random.Random(7)
    workers.start()
    workers.start()
    with Business(db) as business:
        struck = kill_in_the_midst(workers, receivers.all["slow"])
        for kill in range(KILLS):
            workers.start()
            time.sleep(0.1 + dice.random() * 0.3)
            workers.kill_oldest()
            receivers.die_or_come_back(kill)
    while not set(good.ids) >= business.written.keys():  # a busy machine takes its time
        here = len(good.ids)
        wait_until(lambda here=here: len(good.ids) > here, 60)  # type: ignore[misc]
    assert delivered(db, "hangs") == 0, "the good one did not wait for the one that hangs"
    receivers.heal()
    expected = len(business.written)
    wait_until(lambda: all(delivered(db, name) == expected for name in receivers.all), 120)
    assert expected > 100
    for name, receiver in receivers.all.items():
        assert set(receiver.ids) == business.written.keys(), name
        check_order(receiver.got)
    check_copies([got for receiver in receivers.all.values() for got in receiver.got])
    assert receivers.all["slow"].ids.count(struck) > 1, "a kill hit what was under way"
    assert len(hangs.ids) > expected


def kill_in_the_midst(workers: Workers, receiver: Receiver) -> str:
    """Kill all workers while one has asked the receiver and has no answer; the event's id. Others
    take their places."""
    in_hand: list[str] = []
    dead = threading.Event()

    def hold(got: Got) -> Reply:
        in_hand.append(got.id)
        dead.wait(60)
        return Reply()

    usual, receiver.reply = receiver.reply, hold
    wait_until(lambda: bool(in_hand), 60)
    workers.kill_all()
    receiver.reply = usual
    dead.set()
    for _ in range(2):
        workers.start()
    return in_hand[-1]


def delivered(db: Database[Row], name: str) -> int:
    """How many deliveries to the endpoint are done."""
    endpoint: Any = db.webhook_endpoints.find_one({"description": name})
    done = {"endpoint_id": endpoint["_id"], "status": "delivered"}
    return db.webhook_deliveries.count_documents(done)


def check_order(got: list[Got]) -> None:
    """Once an event was sent, none that was before it on the same object is sent again."""
    seen: dict[str, int] = defaultdict(int)
    for each in got:
        n = each.event["changes"]["n"][1]
        last = seen[each.event["object_id"]]
        assert n in {last, last + 1}, f"{each.event['object_id']}: {n} after {last}"
        seen[each.event["object_id"]] = n


def check_copies(got: list[Got]) -> None:
    """What is sent again, and to others, is the same to the byte, under the event's id."""
    bodies = defaultdict(set)
    for each in got:
        bodies[each.id].add(each.body)
        assert each.event["id"] == each.id
    assert {len(found) for found in bodies.values()} == {1}
