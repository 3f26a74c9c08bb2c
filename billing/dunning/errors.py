"""Refusals about reminding."""

from billing.errors import Conflict, Invalid


class DunningNotPossible(Conflict):
    """The invoice is not open, or nobody is reminded of it any more."""

    code = "dunning_not_possible"


class DunningNotPaused(Conflict):
    code = "dunning_not_paused"


class DunningPauseNotPossible(Invalid):
    """The day is not one to pause until."""

    code = "dunning_pause_not_possible"
