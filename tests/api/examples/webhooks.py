"""The addresses that are told of what happens."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from billing import clock
from billing.webhooks.outcome import Outcome
from tests.api.examples.teller import Teller

LEDGER: dict[str, Any] = {
    "url": "https://ledger.feldmark.example/duebill",
    "description": "Bookkeeping",
    "event_types": ["invoice.*", "payment.*", "credit_note.issued"],
}


class _Answering:
    """Stands for the network: an endpoint that answers, always as fast."""

    def post(self, *_: object) -> Outcome:
        return Outcome(status=200, milliseconds=84, response='{"received":true}')

    def close(self) -> None:
        pass


class _StoryTime:
    """Stands for the server's clock, which knows nothing of the story's day."""

    now = staticmethod(clock.wall_clock)


@contextmanager
def _network() -> Iterator[None]:
    address = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    with (
        patch("billing.webhooks.targets.socket.getaddrinfo", lambda *_, **__: address),
        patch("billing.webhooks.send_test.Sender", _Answering),
        patch("billing.webhooks.send_test.ServerClock", _StoryTime),
    ):
        yield


def tell_webhooks(tell: Teller) -> None:
    with _network():
        ledger = tell("create_webhook_endpoint", LEDGER)["id"]
        of_ledger = {"webhook_endpoint_id": ledger}
        more = {**LEDGER, "event_types": [*LEDGER["event_types"], "customer.updated"]}
        tell("update_webhook_endpoint", more, **of_ledger)
        tell("patch_webhook_endpoint", {"metadata": {"team": "finance"}}, **of_ledger)
        tell("rotate_webhook_secret", {"overlap_hours": 48}, **of_ledger)
        tell("get_webhook_endpoint", **of_ledger)
        tell("list_webhook_endpoints", query={"status": "enabled"})
        made = {**of_ledger, "delivery_id": tell("test_webhook_endpoint", {}, **of_ledger)["id"]}
        tell("get_webhook_delivery", **made)
        tell("list_webhook_deliveries", query={"status": "delivered"}, **of_ledger)
        tell("replay_webhook_delivery", {}, **made)
        tell("replay_webhook_deliveries", {"from_seq": 1, "to_seq": 40}, **of_ledger)
        old = tell("create_webhook_endpoint", {**LEDGER, "description": "Old"})["id"]
        tell("delete_webhook_endpoint", webhook_endpoint_id=old)
