"""Saved views: own and shared, bounded, one default for each user and list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from billing.actors import Actor, ScopeMissing, acting_as
from billing.database import Database, Row
from billing.errors import BillingError, StaleRevision
from billing.inputs import parse
from billing.saved_views.choose_default import choose_default, forget_default
from billing.saved_views.errors import TooManyViews, ViewNameTaken, ViewNotFound
from billing.saved_views.inputs import RenameView, ViewInput
from billing.saved_views.models import SavedView
from billing.saved_views.queries import get_view, list_views
from billing.saved_views.save_view import MOST_VIEWS, delete_view, rename_view, save_view
from billing.users.permissions import scopes_of

ADA = Actor(type="user", id="usr_ada", name="Ada", role="admin", scopes=scopes_of("admin"))
BEA = Actor(type="user", id="usr_bea", name="Bea", role="billing", scopes=scopes_of("billing"))


@pytest.fixture(autouse=True)
def as_ada(db: Database[Row]) -> Iterator[None]:
    with acting_as(ADA):
        yield


def save(name: str = "Mine", **values: Any) -> SavedView:
    return save_view(parse(ViewInput, {"list_name": "invoices", "name": name, **values}))


def names(list_name: str = "invoices") -> list[str]:
    return [row["name"] for row in list_views(list_name)]


def test_own_views_are_seen_by_nobody_else_and_shared_ones_by_all(db: Database[Row]) -> None:
    mine = save("Mine", query="status=open")
    save("Everybody's", is_shared=True)
    save("Others", list_name="payments")
    assert names() == ["Everybody's", "Mine"]
    with acting_as(BEA):
        assert names() == ["Everybody's"]
        for act in (get_view, delete_view, choose_default):
            with pytest.raises(ViewNotFound):
                act(mine.id)
        with pytest.raises(ViewNotFound):
            rename_view(mine.id, RenameView(name="Taken over"))
    assert names() == ["Everybody's", "Mine"]


def test_only_who_changes_settings_shares_and_changes_what_is_shared() -> None:
    shared = save("Shared", is_shared=True)
    with acting_as(BEA):
        for act in (
            lambda: save("Another", is_shared=True),
            lambda: rename_view(shared.id, RenameView(name="Renamed")),
            lambda: delete_view(shared.id),
        ):
            with pytest.raises(ScopeMissing):
                act()
        choose_default(shared.id)  # what one's own list opens with is one's own affair
        assert names() == ["Shared"]


def test_what_is_shared_is_in_the_audit_trail_and_what_is_not_is_not(db: Database[Row]) -> None:
    shared, mine = save("Shared", is_shared=True), save("Mine")
    for view in (shared, mine):
        rename_view(view.id, RenameView(name=f"{view.name} again"))
        delete_view(view.id)
    rows = list(db.events.find({}).sort("_id", 1))
    assert [row["type"] for row in rows] == [
        "saved_view.created",
        "saved_view.updated",
        "saved_view.deleted",
    ]
    assert {row["object_id"] for row in rows} == {shared.id}
    assert rows[1]["changes"]["name"] == ["Shared", "Shared again"]


def test_a_name_is_given_once_by_each_owner() -> None:
    save("Late")
    with pytest.raises(ViewNameTaken) as refused:
        save("LATE")
    assert refused.value.field == "name"
    save("Late", is_shared=True)
    other = save("Other")
    with pytest.raises(ViewNameTaken):
        rename_view(other.id, RenameView(name="late"))
    with acting_as(BEA):
        save("Late")


def test_there_are_only_so_many() -> None:
    for number in range(MOST_VIEWS):
        save(f"View {number}")
    with pytest.raises(TooManyViews):
        save("One too many")
    save("Another list's", list_name="payments")


def test_a_list_opens_with_one_view_at_most() -> None:
    def defaults() -> list[str]:
        return [row["name"] for row in list_views("invoices") if ADA.id in row["default_of"]]

    first, second = save("First", is_default=True), save("Second", is_shared=True)
    save("Of another list", list_name="payments", is_default=True)
    with acting_as(BEA):
        choose_default(second.id)
    assert defaults() == ["First"]
    choose_default(second.id)
    assert defaults() == ["Second"]
    forget_default(second.id)
    assert defaults() == []
    assert get_view(second.id).default_of == [BEA.id]
    assert get_view(first.id).default_of == []


def test_a_rename_leaves_the_filters_and_the_default_alone() -> None:
    view = save("Old", query="status=open&sort=-due_date", is_default=True)
    again = rename_view(view.id, RenameView(name="New"), view.revision)
    assert (again.name, again.query) == ("New", "status=open&sort=-due_date")
    assert get_view(view.id).default_of == [ADA.id]
    with pytest.raises(StaleRevision):
        rename_view(view.id, RenameView(name="Newer"), view.revision)


@pytest.mark.parametrize(
    "values",
    [{"name": ""}, {"name": "x" * 61}, {"query": "q" * 2001}, {"list_name": "Invoices; drop"}],
)
def test_what_makes_no_view_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(BillingError):
        save(**values)
