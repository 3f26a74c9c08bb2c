"""The access that a person has given to clients: seen, and ended, by that person."""

from typing import Any

from billing import clock
from billing.database import Row, database
from billing.events.journal import record
from billing.oauth.errors import ClientNotFound
from billing.oauth.models import Client
from billing.oauth.queries import get_client
from billing.transactions import operation
from billing.users.families import revoke_client

_LIVE: Row = {"client_id": {"$ne": None}, "revoked_at": None}


def access_of(user_id: str) -> list[dict[str, Any]]:
    """The clients that can act for a user now: rows {client_id, name, scopes, since}."""
    live = {**_LIVE, "user_id": user_id, "expires_at": {"$gt": clock.now()}}
    grouped = {
        "_id": "$client_id",
        "since": {"$min": "$created_at"},
        "scopes": {"$push": "$scopes"},
    }
    rows = list(database().token_families.aggregate([{"$match": live}, {"$group": grouped}]))
    wanted = {"_id": {"$in": [row["_id"] for row in rows]}}
    names = {row["_id"]: row["name"] for row in database().oauth_clients.find(wanted, {"name": 1})}
    return [
        {
            "client_id": row["_id"],
            "name": names[row["_id"]],
            "scopes": sorted({scope for scopes in row["scopes"] for scope in scopes}),
            "since": row["since"],
        }
        for row in sorted(rows, key=lambda row: row["since"])
    ]


@operation
def end_access(user_id: str, client_id: str) -> Client:
    """End all that a user has given to a client. Raises ClientNotFound where that is nothing."""
    if client_id not in {row["client_id"] for row in access_of(user_id)}:
        raise ClientNotFound("This program has no access that you gave it.")
    client = get_client(client_id)
    revoke_client(client_id, user_id=user_id)
    record(client, "oauth_client.access_ended")
    return client
