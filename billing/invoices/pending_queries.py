"""Lines that wait for a subscription's next invoice."""

from billing.actors import own_customer_id
from billing.database import Row, database


def waiting_lines(subscription_id: str) -> list[Row]:
    """The lines, oldest first. A customer's own actor finds only its own."""
    where: Row = {"subscription_id": subscription_id, "waiting": True}
    if own := own_customer_id():
        where["customer_id"] = own
    return [item["line"] for item in database().pending_items.find(where).sort("_id", 1)]
