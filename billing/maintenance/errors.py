"""Why maintenance cannot begin or go on."""

from billing.errors import Conflict


class AlreadyUnderWay(Conflict):
    """Somebody else does the same; it is never done twice at once."""

    code = "already_under_way"


class LeaseLost(Exception):
    """This process was silent for so long that another one may have begun."""
