"""What may be said of a billing run."""

from datetime import date
from typing import Annotated

from pydantic import Field

from billing.inputs import Input


class RunBilling(Input):
    """Billing everyone who is due."""

    as_of_date: Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))] | None = None
    """Bills every period that began by this date, and issues the invoices on it; where left out,
    each customer's own today."""
    dry_run: bool = False
    """Compute the proof sheet and write nothing."""
