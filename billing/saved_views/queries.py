"""Finding saved views: a user's own, and those that all staff share."""

from billing.actors import current_actor
from billing.database import Row, database
from billing.saved_views.errors import ViewNotFound
from billing.saved_views.models import COLLECTION, EVERYBODY, SavedView

SHARING = "write:settings"
"""Who changes what everybody works with may share views."""


def list_views(list_name: str) -> list[Row]:
    """The views of a list that the actor can open: shared ones first, each group by name."""
    owners = sorted({EVERYBODY, current_actor().id})
    where = {"list_name": list_name, "owner_id": {"$in": owners}}
    rows = database()[COLLECTION].find(where)
    return sorted(rows, key=lambda row: (row["owner_id"] != EVERYBODY, row["name_key"]))


def get_view(view_id: str) -> SavedView:
    """A view that the actor can open. Raises ViewNotFound, for those of others too."""
    found: SavedView | None = SavedView.objects(id=view_id).first()
    if found is None or found.owner_id not in {EVERYBODY, current_actor().id}:
        raise ViewNotFound("There is no such view.")
    return found


def get_own_view(view_id: str) -> SavedView:
    """A view that the actor may change. Raises ViewNotFound, and ScopeMissing for a shared one."""
    view = get_view(view_id)
    if view.is_shared:
        current_actor().require(SHARING)
    return view
