"""Creating an API client."""

from typing import NamedTuple

from billing.events.journal import insert
from billing.oauth.client_secrets import add_secret
from billing.oauth.gates import build_gates
from billing.oauth.inputs import ClientInput
from billing.oauth.models import Client
from billing.search import search_terms
from billing.transactions import operation


class Told(NamedTuple):
    """A client and its new secret, which can be told this once; None if it is public."""

    client: Client
    secret: str | None


@operation
def create_client(data: ClientInput) -> Told:
    """A new client, with its first secret where it can keep one."""
    client = Client(type=data.type)
    fill(client, data)
    secret = None if client.is_public else add_secret(client)
    insert(client, "oauth_client.created")
    build_gates(client.id)
    return Told(client, secret)


def fill(client: Client, data: ClientInput) -> None:
    """Put what can be changed of a client in its fields."""
    client.name, client.rate_limit = data.name, data.rate_limit
    client.token_endpoint_auth_method = data.auth_method
    client.grant_types, client.redirect_uris = data.grant_types, data.redirect_uris
    client.scopes = data.scopes
    client.search_terms = search_terms(data.name)
