"""Saved views: tabs above a list; the address stays what is shown."""

from __future__ import annotations

from typing import Any

import pytest
from flask import url_for

from billing.database import database
from billing.saved_views.models import SavedView
from billing.users.models import User
from portal.lists.registry import LISTS
from tests.factories import create_invoice, create_payment, create_saved_view, create_user
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen, values_of

FRAGMENT = {"HX-Request": "true", "HX-Target": "results"}
OPEN = "/invoices?status=open&sort=-due_date"


def tabs(seen: Seen) -> dict[str, tuple[str, bool]]:
    """Each tab's address, and whether it is the present one."""
    assert seen.page is not None
    found = seen.page.findall(".//nav[@aria-label='Saved views']//a")
    return {a.text or "": (a.get("href", ""), a.get("aria-current") is not None) for a in found}


def keep(reader: PageClient, name: str, path: str = OPEN, **typed: Any) -> Seen:
    """Save what the list at `path` shows, as a person does."""
    link = tabs(reader.get(path))["Save this view"][0]
    return reader.submit(link, name=name, **typed)


def test_a_view_is_saved_from_the_list_and_opens_it_again(admin: PageClient) -> None:
    saved = keep(admin, "Open, latest due first")
    assert saved.to == OPEN
    seen = admin.follow(saved)
    assert "The view Open, latest due first is saved." in seen.text
    assert tabs(seen)["Open, latest due first"] == (OPEN, True)
    assert "Save this view" not in tabs(seen)
    assert tabs(admin.get("/invoices"))["All"] == ("/invoices", True)


def test_every_list_can_be_kept_and_narrowed_past_its_default(admin: PageClient) -> None:
    for name in LISTS:
        with admin.app.test_request_context():
            path = url_for(f"{name}.index")
        kept = keep(admin, "Oldest first", f"{path}?sort=created_at", is_default="y")
        assert kept.status == 303, name
        whole = admin.get(f"{path}?view=all").page
        assert whole is not None
        for form in whole.iter("form"):
            if form.get("hx-target") == "#results":
                assert values_of(form)["view"] == "all", name


def test_a_search_brings_the_tabs_up_to_date(admin: PageClient) -> None:
    keep(admin, "Open")
    part = admin.get(f"{OPEN}&q=acme", headers=FRAGMENT)
    assert '<div id="views" hx-swap-oob="innerHTML">' in part.html
    assert "/views/new?list=invoices" in part.html
    assert "aria-current" not in part.html.partition('id="views"')[2]


def test_views_of_others_are_neither_shown_nor_reached(visiting_as: Visitor) -> None:
    keep(visiting_as("admin"), "Mine alone")
    row = database().saved_views.find_one({})
    assert row is not None
    other = visiting_as("admin")
    assert "Mine alone" not in tabs(other.get("/invoices"))
    for path in (f"/views/{row['_id']}", f"/views/{row['_id']}/delete"):
        assert other.get(path).status == 404
    token = other.get("/profile").values("/profile")["csrf_token"]
    assert other.post(f"/views/{row['_id']}/default", {"csrf_token": token}).status == 404


def test_only_who_may_share_is_offered_it(visiting_as: Visitor) -> None:
    create_saved_view(name="For all")
    keep(visiting_as("admin"), "Mine", is_shared="y")
    viewer = visiting_as("viewer")
    assert {"For all", "Mine"} < tabs(viewer.get("/invoices")).keys()
    page = viewer.get("/views/new?list=invoices&status=paid")
    assert "is_shared" not in page.values()
    assert viewer.send(page, name="Sly", is_shared="y").status == 303
    assert database().saved_views.count_documents({"name": "Sly", "owner_id": ""}) == 0
    shared = SavedView.objects(name="For all").first()
    assert f"/views/{shared.id}/delete" not in viewer.get("/views?list=invoices").links()
    assert viewer.get(f"/views/{shared.id}").status == 403


def test_a_list_that_the_reader_may_not_see_has_no_views_for_them(visiting_as: Visitor) -> None:
    viewer, stranger = visiting_as("viewer"), visiting_as("viewer")
    assert viewer.get("/views?list=users").status == 403
    assert viewer.get("/views/new?list=users&role=admin").status == 403
    for name in ("", "nothing", "../users", "__class__"):
        assert stranger.get("/views", query_string={"list": name}).status == 404


def test_customers_have_no_views(stranger: PageClient) -> None:
    view = create_saved_view()
    for path in ("/views?list=invoices", "/views/new?list=invoices", f"/views/{view.id}"):
        assert stranger.get(path).status in {403, 404}


def test_a_list_opens_with_its_default_and_all_rows_stay_in_reach(admin: PageClient) -> None:
    create_invoice()
    keep(admin, "Void ones", "/invoices?status=void", is_default="y")
    opened = admin.browser.get("/invoices")
    assert (opened.status_code, opened.headers["Location"]) == (302, "/invoices?status=void")
    seen = admin.get("/invoices?status=void")
    assert "Nothing matches" in seen.text
    whole, current = tabs(seen)["All"]
    assert (whole, current) == ("/invoices?view=all", False)
    assert tabs(admin.get(whole))["All"] == (whole, True)
    assert "INV-" in admin.get(whole).text
    assert admin.get("/invoices", headers=FRAGMENT).status == 200  # a search that was emptied


def test_a_default_is_given_up_again(admin: PageClient) -> None:
    view = create_saved_view()
    chosen = admin.submit("/views?list=invoices", f"/views/{view.id}/default")
    assert f"The list opens with {view.name} now." in admin.follow(chosen).text
    assert admin.browser.get("/invoices").status_code == 302
    admin.submit("/views?list=invoices", f"/views/{view.id}/no-default")
    assert admin.browser.get("/invoices").status_code == 200


def test_a_view_is_renamed_and_deleted(admin: PageClient) -> None:
    keep(admin, "Old")
    view = SavedView.objects.first()
    admin.submit(f"/views/{view.id}", name="New")
    assert tabs(admin.get("/invoices"))["New"] == (OPEN, False)
    gone = admin.submit(f"/views/{view.id}/delete")
    assert "The view New is deleted." in admin.follow(gone).text
    assert tabs(admin.get("/invoices")) == {}


def test_a_name_that_is_taken_is_said_beside_it_and_the_filters_stay(admin: PageClient) -> None:
    keep(admin, "Open")
    link = tabs(admin.get("/invoices?status=paid"))["Save this view"][0]
    refused = admin.submit(link, name="open")
    assert refused.status in {409, 422}
    assert refused.error_of("name") == "There is a view of this name already."
    again = admin.send(refused, name="Paid")
    assert again.to == "/invoices?status=paid"


HOSTILE = [
    "status=open&status[$ne]=x&q[$regex]=.*",
    "sort=%24where&status=open",
    "status=" + "x" * 5000,
    "&".join(f"f{n}=1" for n in range(500)),
    "q=%00&cursor=evil&view=all&next=https://evil.example",
    "customer_id=%7B%22%24ne%22%3A%22%22%7D",
    "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "issued_from=never",
    "%ff%fe=%ff",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_a_stored_query_is_judged_like_any_address(admin: PageClient, query: str) -> None:
    """However it came into the database."""
    user = User.objects.order_by("id").first()
    view = create_saved_view()
    change = {"$set": {"query": query, "default_of": [user.id], "name": "<b>x</b>"}}
    database().saved_views.update_one({"_id": view.id}, change)
    for path in ("/invoices?view=all", "/views?list=invoices", f"/views/{view.id}"):
        seen = admin.get(path)
        assert seen.status == 200
        assert "<script>alert" not in seen.html
        assert "<b>x</b>" not in seen.html
    opened = admin.browser.get("/invoices")
    while opened.status_code == 302:
        assert opened.headers["Location"].startswith("/invoices?")
        assert "evil" not in opened.headers["Location"]
        opened = admin.browser.get(opened.headers["Location"])
    assert opened.status_code in {200, 400, 422}


@pytest.mark.parametrize("query", ["sort=password", "issued_from=never"])
def test_what_the_list_does_not_understand_is_not_saved(admin: PageClient, query: str) -> None:
    assert admin.get(f"/views/new?list=invoices&{query}").status == 422
    assert database().saved_views.count_documents({}) == 0


def test_views_belong_to_their_list(admin: PageClient) -> None:
    create_payment()
    keep(admin, "Open")
    assert "Open" not in tabs(admin.get("/payments"))
    assert create_user().id  # another reader sees none of it


def test_what_a_view_shows_is_said_in_the_readers_language(admin: PageClient) -> None:
    create_saved_view(query="status=open&issued_from=2026-01-31&sort=-due_date", name="Open")
    seen = admin.get("/views?list=invoices", headers={"Accept-Language": "de"})
    assert "Status: Offen" in seen.text
    assert "31.01.2026" in seen.text
