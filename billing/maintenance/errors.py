"""Why maintenance cannot begin or go on: one line for the person at the terminal."""


class MaintenanceError(Exception):
    """Base of what keeps maintenance from being done."""


class AlreadyUnderWay(MaintenanceError):
    """Somebody else does the same; it is never done twice at once."""


class LeaseLost(MaintenanceError):
    """This process was silent for so long that another one may have begun."""
