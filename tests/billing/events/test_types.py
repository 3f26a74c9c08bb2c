"""The list of event types is complete, so that an endpoint can ask for each of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from billing import events
from billing.events.types import EVENT_TYPES, OBJECT_TYPES, is_pattern, matches

BILLING = Path(events.__path__[0]).parent
RECORDING = {"insert", "update", "record", "event_row"}
TYPE = re.compile(r"[a-z_]+\.[a-z_]+")
# Types that the code puts together, and the words that look like types and are none.
COMPOSED = {
    "payment.failed",
    "payment.partially_refunded",
    "payment.refunded",
    "refund.failed",
    "refund.succeeded",
    "subscription.past_due",
    "subscription.unpaid",
}
NO_TYPES = {"webhook.test"}


def texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and TYPE.fullmatch(str(each.value)):
            yield str(each.value)


def recorded() -> Iterator[str]:
    """What is given to a function that records, or names an object that has events."""
    for path in BILLING.rglob("*.py"):
        if path.name == "types.py" and path.parent.name == "events":
            continue
        tree = ast.parse(path.read_text())
        for text in texts(tree):
            if text.partition(".")[0] in OBJECT_TYPES:
                yield text
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id in RECORDING:
                for argument in call.args:
                    yield from texts(argument)


def test_every_type_that_is_recorded_is_listed_and_no_other() -> None:
    assert set(recorded()) - NO_TYPES == set(EVENT_TYPES) - COMPOSED
    assert list(EVENT_TYPES) == sorted(set(EVENT_TYPES))


def test_a_pattern_is_a_type_an_object_or_everything() -> None:
    for good in ("*", "invoice.paid", "invoice.*", "webhook_endpoint.*"):
        assert is_pattern(good)
    for bad in ("", "invoice", "invoice.", "invoice.p*", "*.paid", "invoices.*", "webhook.test"):
        assert not is_pattern(bad)


def test_a_test_is_for_nobody_who_subscribes() -> None:
    assert matches(["*"], "invoice.paid")
    assert matches(["plan.created", "invoice.*"], "invoice.paid")
    assert not matches(["invoice.*"], "invoice_item.created")
    assert not matches(["*", "webhook.*", "webhook.test"], "webhook.test")
