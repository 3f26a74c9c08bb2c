"""The forms of test clocks."""

from billing.test_clocks.inputs import AdvanceClock, CreateClock
from portal.forms import InputForm, TextField


class ClockForm(InputForm):
    model = CreateClock
    name = TextField("Name")
    now = TextField("Time")


class AdvanceForm(InputForm):
    model = AdvanceClock
    to = TextField("Advance to")
