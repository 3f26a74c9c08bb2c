"""Refusals about saved views."""

from billing.errors import Conflict, NotFound


class ViewNotFound(NotFound):
    code = "saved_view_not_found"


class ViewNameTaken(Conflict):
    """Views stand side by side as tabs, so their names must differ."""

    code = "saved_view_name_taken"


class TooManyViews(Conflict):
    code = "too_many_saved_views"
