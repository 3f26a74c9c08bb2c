"""Finding API clients."""

from typing import Unpack

from billing.database import Row
from billing.oauth.errors import ClientNotFound
from billing.oauth.models import Client
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.search import matching

SORTS = {"created_at": "_id"}


def find_active_client(client_id: str) -> Client | None:
    """The client, or None when there is none or it was revoked."""
    found: Client | None = Client.objects(id=client_id, status="active").first()
    return found


def get_client(client_id: str) -> Client:
    """The client, also a revoked one. Raises ClientNotFound."""
    found: Client | None = Client.objects(id=client_id).first()
    if found is None:
        raise ClientNotFound("There is no such API client.")
    return found


def list_clients(
    *, status: str | None = None, q: str | None = None, **page: Unpack[PageArguments]
) -> Page:
    """API clients, newest first; `q` matches beginnings of words of the name."""
    where: Row = {"status": status} if status else {}
    if q:
        where |= matching(q)
    return paginate(
        "oauth_clients",
        where,
        PageRequest(**page),
        sorts=SORTS,
        projection={"secrets.hash": 0, "search_terms": 0},
    )
