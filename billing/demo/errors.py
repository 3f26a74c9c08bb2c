"""The refusal of the demo."""

from billing.errors import Conflict


class DatabaseInUse(Conflict):
    """Made-up data never goes among real customers."""

    code = "database_in_use"
