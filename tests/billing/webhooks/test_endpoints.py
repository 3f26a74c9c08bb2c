"""Endpoints: made, changed, disabled, deleted; what may be said of them."""

from __future__ import annotations

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.errors import Invalid, StaleRevision
from billing.inputs import parse
from billing.webhooks import targets
from billing.webhooks.errors import (
    TooManySecrets,
    TooManyWebhookEndpoints,
    WebhookEndpointNotFound,
    WebhookUrlRefused,
)
from billing.webhooks.fan_out import sequence_waiting
from billing.webhooks.inputs import RotateWebhookSecret, WebhookEndpointInput, as_input
from billing.webhooks.queries import get_endpoint, list_endpoints
from billing.webhooks.relay import purge
from billing.webhooks.rotate_secret import rotate_secret
from billing.webhooks.save_endpoint import delete_endpoint, disable_endpoint, update_endpoint
from billing.webhooks.secret_keys import signing_keys
from billing.webhooks.views import endpoint_view
from tests.billing.webhooks.working import deliveries, happen
from tests.factories import create_webhook_endpoint


def test_an_endpoint_shows_all_but_its_secret(db: Database[Row]) -> None:
    with acting_as(Actor(type="user", id="usr_1", name="Ann")):
        endpoint = create_webhook_endpoint(description="The shop", event_types=["invoice.*"])
    view = endpoint_view(endpoint.row())
    assert view["created_by"] == {"type": "user", "id": "usr_1", "name": "Ann"}
    assert (view["status"], view["failing_since"], view["failures"]) == ("enabled", None, 0)
    assert len(view["secrets"]) == 1
    assert "secret" not in view
    everywhere = str([list(db[name].find()) for name in db.list_collection_names()])
    assert endpoint.secret not in everywhere
    (event,) = db.events.find({"object_id": endpoint.id})
    assert event["changes"]["secrets"] == ["(hidden)", "(hidden)"]
    assert list_endpoints(status="enabled").total == 1


@pytest.mark.parametrize(
    "values",
    [
        {"event_types": []},
        {"event_types": ["invoice.payed"]},
        {"event_types": ["invoices.*"]},
        {"event_types": ["invoice*"]},
        {"event_types": ["webhook.test"]},
        {"event_types": "*"},
        {"url": "example.com"},
        {"url": ""},
        {"status": "paused"},
        {"secrets": []},
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        parse(
            WebhookEndpointInput, {"url": "https://hooks.example", "event_types": ["*"], **values}
        )
    assert [error.field.partition(".")[0] for error in refused.value.errors] == list(values)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost:1/", "https://a@b.com/"])
def test_an_address_that_must_not_be_called_cannot_be_named(db: Database[Row], url: str) -> None:
    with pytest.raises(WebhookUrlRefused) as refused:
        create_webhook_endpoint(url=url)
    assert refused.value.field == "url"
    endpoint = create_webhook_endpoint()
    data = as_input(endpoint).model_copy(update={"url": url})
    with pytest.raises(WebhookUrlRefused):
        update_endpoint(endpoint.id, data)
    assert get_endpoint(endpoint.id).url == endpoint.url


def test_an_address_that_is_not_changed_is_not_looked_up_again(
    db: Database[Row], to_loopback: None
) -> None:
    endpoint = create_webhook_endpoint(url="http://127.0.0.1/")
    targets.allow_private(False)
    data = as_input(endpoint).model_copy(update={"description": "Later"})
    assert update_endpoint(endpoint.id, data).description == "Later"


def test_changing_needs_the_revision_that_was_read(db: Database[Row]) -> None:
    endpoint = create_webhook_endpoint()
    disable_endpoint(endpoint.id, 1)
    for change in (
        lambda: update_endpoint(endpoint.id, as_input(endpoint), 1),
        lambda: rotate_secret(endpoint.id, RotateWebhookSecret(), 1),
        lambda: disable_endpoint(endpoint.id, 1),
        lambda: delete_endpoint(endpoint.id, 1),
    ):
        with pytest.raises(StaleRevision):
            change()
    enabled = as_input(endpoint).model_copy(update={"status": "enabled"})
    assert update_endpoint(endpoint.id, enabled, 2).status == "enabled"
    assert db.webhook_lanes.find_one()["begin_again"]  # type: ignore[index]


def test_disabling_twice_changes_nothing_the_second_time(db: Database[Row]) -> None:
    endpoint = create_webhook_endpoint()
    assert disable_endpoint(endpoint.id).revision == disable_endpoint(endpoint.id).revision == 2


def test_what_was_delivered_to_a_deleted_endpoint_is_cleared_away(db: Database[Row]) -> None:
    gone, stays = create_webhook_endpoint(), create_webhook_endpoint()
    happen("plan_1", 3)
    sequence_waiting()
    delete_endpoint(gone.id)
    with pytest.raises(WebhookEndpointNotFound):
        get_endpoint(gone.id)
    assert purge() > 3
    assert purge() == 0
    assert {row["endpoint_id"] for row in deliveries()} == {stays.id}
    assert [row["_id"] for row in db.webhook_lanes.find()] == [stays.id]
    (event,) = db.events.find({"type": "webhook_endpoint.deleted"})
    assert event["changes"]["url"] == [gone.url, None]


def test_a_rotated_secret_takes_over_while_both_are_valid(db: Database[Row]) -> None:
    endpoint = create_webhook_endpoint()
    rotated = rotate_secret(endpoint.id, RotateWebhookSecret(overlap_hours=2))
    now = clock.wall_clock()
    keys = signing_keys(get_endpoint(endpoint.id).secrets, now)
    assert keys == [rotated.secret, endpoint.secret]
    at_once = rotate_secret(endpoint.id, RotateWebhookSecret(overlap_hours=0))
    keys = signing_keys(get_endpoint(endpoint.id).secrets, clock.wall_clock())
    assert keys == [at_once.secret]
    for _ in range(4):
        rotate_secret(endpoint.id, RotateWebhookSecret())
    with pytest.raises(TooManySecrets):
        rotate_secret(endpoint.id, RotateWebhookSecret())


def test_there_are_only_so_many_endpoints(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.webhooks.save_endpoint.MOST_ENDPOINTS", 2)
    create_webhook_endpoint()
    create_webhook_endpoint()
    with pytest.raises(TooManyWebhookEndpoints):
        create_webhook_endpoint()
