"""One process that sends the same usage in small batches until all was counted.

Started, and killed, by test_kill.py: `python -m tests.billing.usage.sending_process URI`.
"""

from __future__ import annotations

import sys

from billing import database
from billing.inputs import parse
from billing.usage.inputs import UsageEventInput
from billing.usage.record_usage import record_usage

EVENTS, BATCH = 1500, 5


def main(uri: str) -> None:
    """Every event of every subscription, in an order that is always the same."""
    database.connect(uri)
    subscriptions = [row["_id"] for row in database.database().subscriptions.find().sort("_id", 1)]
    told = [
        {
            "subscription_id": subscriptions[number % len(subscriptions)],
            "meter": "calls",
            "value": number,
            "idempotency_key": f"event-{number}",
        }
        for number in range(EVENTS)
    ]
    events = [parse(UsageEventInput, values) for values in told]
    for start in range(0, EVENTS, BATCH):
        record_usage(events[start : start + BATCH])


if __name__ == "__main__":
    main(sys.argv[1])
