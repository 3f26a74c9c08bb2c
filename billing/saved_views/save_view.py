"""Keeping a view, renaming and deleting it. What all staff share is in the audit trail."""

from mongoengine.errors import NotUniqueError

from billing.actors import current_actor
from billing.database import database
from billing.events import journal
from billing.saved_views.choose_default import make_default
from billing.saved_views.errors import TooManyViews, ViewNameTaken
from billing.saved_views.inputs import RenameView, ViewInput
from billing.saved_views.models import COLLECTION, EVERYBODY, SavedView
from billing.saved_views.queries import SHARING, get_own_view
from billing.transactions import operation

MOST_VIEWS = 20
"""Of a list, for each user and once more for all: they are shown side by side."""


@operation
def save_view(data: ViewInput) -> SavedView:
    """Keep a view. Raises ScopeMissing, ViewNameTaken and TooManyViews."""
    if data.is_shared:
        current_actor().require(SHARING)
    owner_id = EVERYBODY if data.is_shared else current_actor().id
    _check_room(data.list_name, owner_id)
    view = SavedView(list_name=data.list_name, owner_id=owner_id, query=data.query)
    _name(view, data.name)
    try:
        if view.is_shared:
            journal.insert(view, "saved_view.created")
        else:
            view.save(force_insert=True)
    except NotUniqueError:
        raise _taken() from None
    if data.is_default:
        make_default(view)
    return view


@operation
def rename_view(view_id: str, data: RenameView, expected_revision: int | None = None) -> SavedView:
    """Give a view another name.

    Raises ViewNotFound, ScopeMissing, StaleRevision and ViewNameTaken.
    """
    view = get_own_view(view_id)
    view.check_revision(expected_revision)
    _name(view, data.name)
    try:
        if view.is_shared:
            journal.update(view, "saved_view.updated")
        else:
            view.revision += 1
            view.save()
    except NotUniqueError:
        raise _taken() from None
    return view


@operation
def delete_view(view_id: str, expected_revision: int | None = None) -> SavedView:
    """Forget a view. Raises ViewNotFound, ScopeMissing and StaleRevision."""
    view = get_own_view(view_id)
    view.check_revision(expected_revision)
    if view.is_shared:
        journal.record(view, "saved_view.deleted", changes={"name": [view.name, None]})
    view.delete()
    return view


def _check_room(list_name: str, owner_id: str) -> None:
    where = {"list_name": list_name, "owner_id": owner_id}
    if database()[COLLECTION].count_documents(where) >= MOST_VIEWS:
        raise TooManyViews(
            "There are %(most)s views of this list already. Delete one first.", most=MOST_VIEWS
        )


def _name(view: SavedView, name: str) -> None:
    view.name, view.name_key = name, name.casefold()


def _taken() -> ViewNameTaken:
    return ViewNameTaken("There is a view of this name already.", field="name")
