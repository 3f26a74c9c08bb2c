"""Refusals about test clocks; that there is none is `billing.adoption.ClockNotFound`."""

from billing.errors import Conflict, Invalid


class ClockGoesForward(Invalid):
    """What has happened by the clock's time cannot be undone."""

    code = "test_clock_goes_forward"


class AdvanceTooFar(Invalid):
    """All that happens on the way is done before the answer, so the way has an end."""

    code = "test_clock_advance_too_far"


class ClockInUse(Conflict):
    """Customers live at its time."""

    code = "test_clock_in_use"
