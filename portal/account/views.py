"""A customer's own pages. Every query is confined to them by the actor."""

from flask import Blueprint

from portal.account import (
    changes,
    details,
    endings,
    invoices,
    methods,
    overview,
    paying,
    subscriptions,
    team,
)

blueprint = Blueprint("account", __name__, url_prefix="/account")
_PARTS = (overview, subscriptions, changes, endings, invoices, paying, methods, team, details)
for part in _PARTS:
    part.add_to(blueprint)
