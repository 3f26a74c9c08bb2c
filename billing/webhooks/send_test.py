"""Trying an endpoint out: a `webhook.test` event is sent to it at once, to it alone, and once."""

from billing import clock
from billing.database import Row, database
from billing.events.models import COLLECTION as EVENTS
from billing.events.models import event_row
from billing.events.types import TEST_EVENT
from billing.idempotency.in_stages import begun, note_begun
from billing.server_clock import ServerClock
from billing.transactions import in_transaction, refuse_transaction
from billing.webhooks.attempt import attempt
from billing.webhooks.fan_out import delivery_row, sequence_waiting
from billing.webhooks.message import body_of
from billing.webhooks.models import DELIVERIES, KEPT_FOR, WebhookEndpoint
from billing.webhooks.outcome import Attempt
from billing.webhooks.queries import get_endpoint
from billing.webhooks.send import Sender


def send_test(endpoint_id: str, expected_revision: int | None = None) -> Row:
    """The delivery of a test event, which is over. A disabled endpoint can be tried, too.

    It asks the endpoint, so it is no part of a transaction. Raises WebhookEndpointNotFound and
    StaleRevision.
    """
    refuse_transaction("a test of an endpoint")
    endpoint, event_id = in_transaction(lambda: _begin(endpoint_id, expected_revision))
    of_event = {"endpoint_id": endpoint_id, "event_id": event_id}
    if found := database()[DELIVERIES].find_one(of_event):
        return found
    sequence_waiting()
    event: Row = database()[EVENTS].find_one({"_id": event_id}) or {}
    delivery = delivery_row(endpoint_id, {"seq": None, **event})
    sender = Sender()
    made = attempt(sender, endpoint.row(), delivery, body_of(event), ServerClock().now())
    sender.close()
    row = _over(made)
    database()[DELIVERIES].insert_one(row)
    return row


def _begin(endpoint_id: str, expected_revision: int | None) -> tuple[WebhookEndpoint, str]:
    """Record the event; one that an earlier try has recorded is taken up again."""
    endpoint = get_endpoint(endpoint_id)
    if event_id := begun():
        return endpoint, event_id
    endpoint.check_revision(expected_revision)
    row = event_row(TEST_EVENT, endpoint_id)
    database()[EVENTS].insert_one(row)
    note_begun(row["_id"])
    return endpoint, row["_id"]


def _over(made: Attempt) -> Row:
    now, outcome = clock.wall_clock(), made.outcome
    row = {name: value for name, value in made.delivery.items() if name != "place"}
    delivered = {"delivered_at": now} if outcome.is_delivered else {}
    return {
        **row,
        **delivered,
        "status": "delivered" if outcome.is_delivered else "failed",
        "tries": 1,
        "attempts": [outcome.row(made.began_at)],
        "body": made.body,
        "expires_at": now + KEPT_FOR,
    }
