"""Objects under ids that a fuzzer knows, made once and put back before each operation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from billing import clock
from billing.database import Row, database
from billing.runs.run_billing import start_run
from billing.users.tokens import Tokens
from billing.webhooks.fan_out import sequence_waiting
from billing.webhooks.targets import Target, TargetUnknown
from tests.api.factories import (
    create_client,
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_meter,
    create_payment,
    create_plan,
    create_subscription,
    create_tax_rate,
    create_test_clock,
    create_user,
    create_webhook_endpoint,
)
from tests.emptying import empty


def known(prefix: str, *numbers: int) -> list[str]:
    """The ids of a kind's first, second … object."""
    return [f"{prefix}_{number:026}" for number in numbers]


KNOWN = {
    "customer_id": known("cus", 1, 2),
    "plan_id": known("plan", 1, 2),
    "subscription_id": known("sub", 1, 2),
    "invoice_id": known("inv", 1, 2),
    "payment_id": known("pay", 1, 2),
    "credit_note_id": known("cn", 1),
    "coupon_id": known("cpn", 1, 2),
    "tax_rate_id": known("txr", 1, 2),
    "meter_id": known("mtr", 1, 2),
    "test_clock_id": known("clk", 1),
    "user_id": known("usr", 1, 2),
    "run_id": known("run", 1),
    "client_id": known("cli", 1, 2),
    "webhook_endpoint_id": known("whk", 1, 2),
    "delivery_id": known("whd", 1, 2),
}


@contextmanager
def without_network() -> Iterator[None]:
    """No name has an address, so that webhooks go nowhere."""

    def nowhere(target: Target) -> list[str]:
        raise TargetUnknown(target.host)

    with pytest.MonkeyPatch.context() as patch:
        for module in ("send", "targets"):
            patch.setattr(f"billing.webhooks.{module}.addresses_of", nowhere)
        yield


class Repeated:
    """Gives ids in place of billing.ids, and the same ones again after `start_again`."""

    def __init__(self) -> None:
        self._given = 0

    def start_again(self) -> None:
        self._given = 0

    def following(self, milliseconds: int) -> int:
        """Above all ids that the world was made with."""
        self._given += 1
        return (1_793_610_000_000 << 80) + self._given


class World:
    """The objects, and the token of an admin who is none of them."""

    def __init__(self, tokens: Tokens) -> None:
        self._rows: dict[str, list[Row]] = {}
        self.restore()
        self.now = clock.now()
        with clock.frozen(self.now), _known_ids():
            _fill()
            self.token = tokens.issue(create_user()).access_token
        db = database()
        self._rows = {name: list(db[name].find()) for name in db.list_collection_names()}

    def restore(self) -> None:
        """Everything is again as it was made; at first there is nothing."""
        db = database()
        empty(db)
        for name, rows in self._rows.items():
            if rows:
                db[name].insert_many(rows)


@contextmanager
def _known_ids() -> Iterator[None]:
    made: dict[str, int] = defaultdict(int)

    def next_id(prefix: str) -> str:
        made[prefix] += 1
        return known(prefix, made[prefix])[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("billing.documents.new_id", next_id)
        patch.setattr("billing.webhooks.fan_out.new_id", next_id)
        yield


def _fill() -> None:
    for cycle in ("yearly", "monthly"):
        customer, plan = create_customer(), create_plan(billing_cycle=cycle)
        create_subscription(customer_id=customer.id, plan_id=plan.id)
        create_invoice(customer_id=customer.id, draft=cycle == "monthly")
        create_user(role="viewer")
        create_meter(key=cycle)
        create_payment(amount=100)
        create_coupon()
        create_tax_rate()
        create_client()
        create_webhook_endpoint()
    create_credit_note()
    create_test_clock()
    start_run()
    sequence_waiting()
