"""Writers at a steady rate. Each deed has a name of its own, by which it is found later.

A deed whose answer does not come, or is 503, is asked for again with the same key, as clients
should; so each is acknowledged in the end, and none may be there twice.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from zlib import crc32

from billing.database import database
from drills.world.client import Answer, Client
from drills.world.seed import stored_customer

Deed = Callable[[Client, str], Answer]
_KEPT = (
    ("customers", "external_id", "customer.created"),
    ("invoices", "purchase_order", "invoice.created"),
)
_CUSTOMERS = 50
_AGAIN_SECONDS = 0.25
_AT_LAST_SECONDS = 60.0


def customer(client: Client, name: str) -> Answer:
    """Create a customer whose external id is the deed's name."""
    body = {"name": f"Customer {name}", "email": f"{name}@example.com", "external_id": name}
    return client.post("/customers", body, key=name)


def sale(customer_ids: Sequence[str]) -> Deed:
    """Issue an invoice to one of the customers; its purchase order is the deed's name."""
    lines = [{"description": "Consulting", "quantity": 2, "unit_amount": 5000}]

    def sell(client: Client, name: str) -> Answer:
        customer_id = customer_ids[crc32(name.encode()) % len(customer_ids)]
        body = {"customer_id": customer_id, "line_items": lines, "purchase_order": name}
        return client.post("/invoices", body, key=name)

    return sell


class Writer:
    """Does deeds from several threads, `rate` a second altogether, within this context.

    Unless it is told which: a third of them issue an invoice, the others create a customer.
    """

    def __init__(
        self,
        client: Client,
        deeds: Sequence[Deed] = (),
        *,
        rate: float = 200,
        threads: int = 16,
        prefix: str = "deed",
    ) -> None:
        self._client, self._rest = client, threads / rate
        self._deeds = deeds or (customer, customer, sale(_some_customers()))
        self._prefix = prefix
        self.acknowledged: list[tuple[str, float]] = []
        self.statuses: Counter[int] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.unsettled: set[str] = set()
        self.refused: list[Answer] = []
        self.slowest = 0.0
        self.without_retry_after = 0
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(threads)
        ]

    def __enter__(self) -> "Writer":
        self.began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(_AT_LAST_SECONDS + 60)

    @property
    def names(self) -> list[str]:
        """Of what was acknowledged."""
        return [name for name, _ in self.acknowledged]

    @property
    def rate(self) -> float:
        """Acknowledged deeds a second so far."""
        return len(self.acknowledged) / (time.monotonic() - self.began)

    @property
    def longest_silence(self) -> float:
        """The most seconds in which nothing was acknowledged: how long it was away for clients."""
        times = sorted(when for _, when in self.acknowledged)
        return max((b - a for a, b in pairwise(times)), default=0.0)

    def acknowledged_since(self, moment: float) -> float | None:
        """Seconds from `moment` (monotonic) to the first acknowledgement after it."""
        later = [when - moment for _, when in self.acknowledged if when > moment]
        return min(later, default=None)

    def _write(self, thread: int) -> None:
        count, due = 0, time.monotonic() + thread * self._rest / len(self._threads)
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            count += 1
            due = max(due + self._rest, time.monotonic() - 1)  # what was missed is not made up for
            self._settle(f"{self._prefix}-{thread}-{count}", self._deeds[count % len(self._deeds)])

    def _settle(self, name: str, deed: Deed) -> None:
        self.unsettled.add(name)
        deadline: float | None = None
        while not (answer := self._try(name, deed)).is_settled:
            if self._stopping.is_set():
                deadline = deadline or time.monotonic() + _AT_LAST_SECONDS
                if time.monotonic() > deadline:
                    return
            time.sleep(_AGAIN_SECONDS)
        self.unsettled.discard(name)
        if answer.is_acknowledged:
            self.acknowledged.append((name, time.monotonic()))
        else:
            self.refused.append(answer)

    def _try(self, name: str, deed: Deed) -> Answer:
        began = time.monotonic()
        answer = deed(self._client, name)
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.statuses[answer.status] += 1
        self.outcomes[answer.outcome] += 1
        self.without_retry_after += answer.status == 503 and "retry-after" not in answer.headers
        return answer


def _some_customers() -> list[str]:
    return [stored_customer() for _ in range(_CUSTOMERS)]


def missing_and_doubled(names: Sequence[str]) -> tuple[int, int]:
    """Of the deeds that were acknowledged: how many are not there, and how many are there twice.

    Something counts as there only together with the event that tells of it.
    """
    found, told = Counter[str](), Counter[str]()
    for collection, field, event in _KEPT:
        ids: dict[str, str] = {}
        for row in database()[collection].find({field: {"$gt": ""}}, {field: 1}):
            found[row[field]] += 1
            ids[row["_id"]] = row[field]
        for row in database().events.find({"type": event}, {"object_id": 1}):
            told[ids.get(row["object_id"], "")] += 1
    lost = sum(1 for name in names if not found[name] or not told[name])
    doubled = sum(1 for name in set(names) if found[name] > 1 or told[name] > 1)
    return lost, doubled
