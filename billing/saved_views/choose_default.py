"""With which view a list opens for a user."""

from billing import clock
from billing.actors import current_actor
from billing.database import database
from billing.saved_views.models import COLLECTION, SavedView
from billing.saved_views.queries import get_view
from billing.transactions import operation


@operation
def choose_default(view_id: str) -> SavedView:
    """Open the list with this view from now on. Raises ViewNotFound."""
    view = get_view(view_id)
    make_default(view)
    return view


@operation
def forget_default(view_id: str) -> SavedView:
    """Open the list with all its rows again. Raises ViewNotFound."""
    view = get_view(view_id)
    _forget(view.list_name)
    return view


def make_default(view: SavedView) -> None:
    """Within an operation: this view, and no other of its list, is the actor's default."""
    _forget(view.list_name)
    change = {"$addToSet": {"default_of": current_actor().id}, "$set": {"updated_at": clock.now()}}
    database()[COLLECTION].update_one({"_id": view.id}, change)


def _forget(list_name: str) -> None:
    who = current_actor().id
    where = {"default_of": who, "list_name": list_name}
    database()[COLLECTION].update_many(where, {"$pull": {"default_of": who}})
