"""Meters."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier
from typing import Any

import pytest

from billing.database import database
from billing.errors import Conflict, StaleRevision
from billing.inputs import parse
from billing.usage.errors import MeterArchived, MeterInUse, MeterKeyTaken, MeterNotFound
from billing.usage.inputs import MeterChange, UsageEventInput, as_input
from billing.usage.models import Meter
from billing.usage.queries import get_meter, list_meters
from billing.usage.record_usage import record_usage
from billing.usage.save_meter import archive_meter, update_meter
from tests.factories import create_meter, create_subscription, create_usage, usage_values

pytestmark = pytest.mark.usefixtures("db")


def change(meter: Meter, **values: Any) -> MeterChange:
    return as_input(meter).model_copy(update=values)


def test_a_meter_is_created_with_its_event() -> None:
    meter = create_meter(key="api_calls", unit="calls", metadata={"team": "core"})
    assert get_meter(meter.id).row() == meter.row()
    assert (meter.status, meter.has_events, meter.is_archived) == ("active", False, False)
    told = database().events.find_one({"object_id": meter.id})
    assert told is not None
    assert told["type"] == "meter.created"


def test_a_key_names_one_meter_for_good() -> None:
    archive_meter(create_meter(key="api_calls").id)
    with pytest.raises(MeterKeyTaken, match="api_calls"):
        create_meter(key="api_calls")


def test_the_aggregation_is_settled_with_the_first_event() -> None:
    meter = create_meter(aggregation="sum")
    meter = update_meter(meter.id, change(meter, aggregation="max"))
    create_usage(meter=meter)
    meter = get_meter(meter.id)
    assert meter.has_events
    with pytest.raises(MeterInUse, match="stays max"):
        update_meter(meter.id, change(meter, aggregation="sum"))
    renamed = update_meter(meter.id, change(meter, name="Requests"), meter.revision)
    assert (renamed.name, renamed.aggregation) == ("Requests", "max")


def test_who_changes_the_aggregation_while_the_first_event_comes_loses_or_comes_first() -> None:
    subscription = create_subscription()
    for _ in range(5):
        meter, at_once = create_meter(aggregation="sum"), Barrier(2)
        told = {"subscription_id": subscription.id, "meter": meter.key, **usage_values(value="x")}

        def edit(meter: Meter = meter, at_once: Barrier = at_once) -> object:
            at_once.wait()
            return update_meter(meter.id, change(meter, aggregation="unique"))

        def send(told: Any = told, at_once: Barrier = at_once) -> object:
            at_once.wait()
            return record_usage([parse(UsageEventInput, told)])

        with ThreadPoolExecutor(2) as pool:
            edited = pool.submit(copy_context().run, edit)
            sent = pool.submit(copy_context().run, send)
        # "x" is no number: it was counted only by a meter that was `unique` by then.
        assert edited.exception() is None
        assert (sent.exception() is None) == get_meter(meter.id).has_events


def test_an_archived_meter_stays() -> None:
    meter = create_meter()
    archived = archive_meter(meter.id, meter.revision)
    assert archived.is_archived
    with pytest.raises(MeterArchived):
        archive_meter(meter.id)


def test_who_read_an_older_one_is_refused() -> None:
    meter = create_meter()
    update_meter(meter.id, change(meter, name="Other"))
    for act in (
        lambda: update_meter(meter.id, change(meter), 1),
        lambda: archive_meter(meter.id, 1),
    ):
        with pytest.raises(StaleRevision):
            act()
    assert issubclass(StaleRevision, Conflict)


def test_there_is_none() -> None:
    with pytest.raises(MeterNotFound):
        get_meter("mtr_nothing")


def test_lists_filter_and_search() -> None:
    create_meter(key="calls", name="API calls")
    create_meter(key="seats", name="Seats", aggregation="max")
    archive_meter(create_meter(key="old", name="Older").id)

    def keys(**where: Any) -> list[str]:
        return [row["key"] for row in list_meters(**where).items]

    assert keys() == ["old", "seats", "calls"]
    assert keys(sort="name") == ["calls", "old", "seats"]
    assert keys(status="archived") == ["old"]
    assert keys(aggregation="max") == ["seats"]
    assert keys(key="seats") == ["seats"]
    assert keys(q="api") == keys(q="CALLS") == ["calls"]
