"""Refusals about bulk actions."""

from billing.errors import Invalid, NotFound


class BulkActionNotFound(NotFound):
    code = "bulk_action_not_found"


class NothingChosen(Invalid):
    code = "nothing_chosen"


class TooManyChosen(Invalid):
    """So many that nobody would look at what is foreseen for each."""

    code = "too_many_chosen"
