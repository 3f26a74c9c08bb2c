"""What may be said of reminding."""

from datetime import date
from typing import Annotated

from pydantic import Field

from billing.inputs import Input, Prose


class PauseDunning(Input):
    """Not reminding of one invoice for a while."""

    until: date
    """The first day on which the next step is taken again."""
    reason: Annotated[Prose, Field(min_length=1, max_length=500)]
