"""Reading the log of API calls. For staff alone: the pages see to that."""

from datetime import datetime
from typing import Any, Unpack

from billing.api_calls.models import COLLECTION
from billing.database import Row, database
from billing.errors import NotFound
from billing.ids import lowest_id
from billing.pages import Page, PageArguments, PageRequest, paginate

SORTS = {"created_at": "_id"}


class ApiCallNotFound(NotFound):
    """There is no such call, or it is older than 30 days."""

    code = "api_call_not_found"


def list_api_calls(
    *,
    actor_id: str | None = None,
    status_class: int | None = None,
    method: str | None = None,
    operation: str | None = None,
    request_id: str | None = None,
    since: datetime | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Calls, newest first. `actor_id` is a user or a client, `status_class` the first digit of the
    status, `since` an aware moment."""
    filters: dict[str, Any] = {
        "by": actor_id,
        "status_class": status_class,
        "method": method,
        "operation": operation,
        "request_id": request_id,
        "_id": {"$gte": lowest_id("call", since)} if since else None,
    }
    where = {name: value for name, value in filters.items() if value is not None}
    return paginate(COLLECTION, where, PageRequest(**page), sorts=SORTS)


def get_api_call(call_id: str) -> Row:
    """One call. Raises ApiCallNotFound."""
    found = database()[COLLECTION].find_one({"_id": call_id})
    if found is None:
        raise ApiCallNotFound("There is no such call, or it is older than 30 days.")
    return found
