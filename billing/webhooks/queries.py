"""Finding endpoints and deliveries."""

from typing import Unpack

from billing.database import Row, database
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.webhooks.errors import DeliveryNotFound, WebhookEndpointNotFound
from billing.webhooks.models import DELIVERIES, ENDPOINTS, LANES, WebhookEndpoint
from billing.webhooks.schedule import FAILING_AFTER

SORTS = {"created_at": "_id"}


def get_endpoint(endpoint_id: str) -> WebhookEndpoint:
    """The endpoint. Raises WebhookEndpointNotFound."""
    found: WebhookEndpoint | None = WebhookEndpoint.objects(id=endpoint_id).first()
    if found is None:
        raise WebhookEndpointNotFound("There is no such webhook endpoint.")
    return found


def list_endpoints(*, status: str | None = None, **page: Unpack[PageArguments]) -> Page:
    """Endpoints, newest first."""
    where = {} if status is None else {"status": status}
    return paginate(ENDPOINTS, where, PageRequest(**page), sorts=SORTS)


def lanes_of(endpoint_ids: list[str]) -> dict[str, Row]:
    """How the endpoints fare, by id."""
    rows = database()[LANES].find({"_id": {"$in": endpoint_ids}})
    return {row["_id"]: row for row in rows}


def count_pending(most: int) -> int:
    """How many deliveries are in the outbox, counted no further than `most`."""
    placed = {"place": {"$in": ["new", "line", "behind"]}}
    return database()[DELIVERIES].count_documents(placed, limit=most, hint="of_object")


def count_failing() -> int:
    """How many enabled endpoints are failing."""
    failing = database()[LANES].find({"failures": {"$gte": FAILING_AFTER}}, {"_id": 1})
    where = {"_id": {"$in": [row["_id"] for row in failing]}, "status": "enabled"}
    return database()[ENDPOINTS].count_documents(where)


def list_deliveries(
    endpoint_id: str,
    *,
    status: str | None = None,
    event_type: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """The deliveries to an endpoint, newest first. Raises WebhookEndpointNotFound."""
    get_endpoint(endpoint_id)
    filters = {"endpoint_id": endpoint_id, "status": status, "event_type": event_type}
    where = {name: value for name, value in filters.items() if value is not None}
    return paginate(DELIVERIES, where, PageRequest(**page), sorts=SORTS, projection={"body": 0})


def get_delivery(endpoint_id: str, delivery_id: str) -> Row:
    """One delivery to the endpoint. Raises WebhookEndpointNotFound and DeliveryNotFound."""
    get_endpoint(endpoint_id)
    found = database()[DELIVERIES].find_one({"_id": delivery_id, "endpoint_id": endpoint_id})
    if found is None:
        raise DeliveryNotFound("There is no such delivery to this endpoint.")
    return found
