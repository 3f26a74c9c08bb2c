"""Search: a page of its own, its results while typing, and the options of the command palette."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy

from billing.database import Row
from billing.finding.find import find_anything, find_exactly
from portal.access import page
from portal.addresses import address_of
from portal.search.commands import commands
from portal.shell import htmx

blueprint = Blueprint("search", __name__)
_FRAGMENTS = {"results": "search/_results.html", "palette-list": "search/_options.html"}
_KINDS = {
    "customer": (lazy("Customers"), "people"),
    "invoice": (lazy("Invoices"), "receipt"),
    "credit_note": (lazy("Credit notes"), "back"),
    "subscription": (lazy("Subscriptions"), "repeat"),
    "payment": (lazy("Payments"), "coins"),
    "plan": (lazy("Plans"), "tag"),
    "coupon": (lazy("Coupons"), "ticket"),
    "tax_rate": (lazy("Tax rates"), "percent"),
    "meter": (lazy("Meters"), "gauge"),
    "user": (lazy("Users"), "key"),
    "oauth_client": (lazy("API clients"), "chip"),
    "run": (lazy("Billing runs"), "play"),
    "test_clock": (lazy("Test clocks"), "clock"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one kind: rows {title, url, icon, notes, status}."""

    label: str
    hits: list[Row]


@blueprint.get("/search")
@page(audience="signed_in")
def index() -> ResponseReturnValue:
    """What the reader may see that matches; a whole id or number leads straight to its page."""
    q = request.args.get("q", "").strip()[:200]
    fragment = None if htmx.history_restore_request else _FRAGMENTS.get(htmx.target or "")
    if not fragment and (url := _straight_to(q)):
        return redirect(url, 303)
    return render_template(fragment or "search/index.html", q=q, groups=_groups(q))


def _straight_to(q: str) -> str | None:
    found = find_exactly(q)
    return address_of(found.id) if found else None


def _groups(q: str) -> list[Group]:
    """Commands first; then what was found, kind by kind."""
    named: list[Row] = [
        {"title": entry.label, "url": entry.url, "icon": entry.icon, "notes": [], "status": None}
        for entry in commands(q)
    ]
    groups = {"": Group(lazy("Pages and actions"), named)} if named else {}
    for found in find_anything(q):
        label, icon = _KINDS[found.kind]
        hit = {
            "title": found.title,
            "url": address_of(found.id),
            "icon": icon,
            "notes": found.notes,
            "status": found.status,
        }
        if hit["url"]:
            groups.setdefault(found.kind, Group(label, [])).hits.append(hit)
    return list(groups.values())
