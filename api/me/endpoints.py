"""Who the token is."""

from typing import Any, Literal

from api.answers import Plain
from api.endpoint import Endpoints
from api.shape import Id, Shape
from billing.actors import current_actor

endpoints = Endpoints("Me", "Who the token is.")


class Me(Shape):
    """The bearer of the token, and what it allows."""

    object: Literal["me"]
    id: str
    type: Literal["user", "client"]
    name: str
    role: Literal["admin", "billing", "support", "viewer", "customer"] | None
    """null for an OAuth client that acts for itself."""
    customer_id: Id | None
    """The only customer whose objects this token sees; null for staff."""
    scopes: list[str]


@endpoints.get("/me", "Show who the token is", answer=Plain(Me))
def get_me() -> dict[str, Any]:
    """Any token will do."""
    actor = current_actor()
    return {
        "object": "me",
        "id": actor.id,
        "type": actor.type,
        "name": actor.name,
        "role": actor.role or None,
        "customer_id": actor.customer_id,
        "scopes": sorted(actor.scopes),
    }
