"""Refusals about erasing people."""

from billing.errors import Conflict


class ErasureRefused(Conflict):
    """Something is still under way with this person; the message names it."""

    code = "erasure_refused"
