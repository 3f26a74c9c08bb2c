"""What is said when a bulk action begins."""

from typing import Annotated

from pydantic import Field

from billing.inputs import Input, Prose


class StartBulk(Input):
    """Doing what was foreseen."""

    reason: Annotated[Prose, Field(max_length=500)] | None = None
    """Noted with each row, where its operation notes one."""
