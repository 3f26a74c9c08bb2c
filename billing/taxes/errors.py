"""Refusals about tax rates."""

from billing.errors import Conflict, Invalid, NotFound


class TaxRateNotFound(NotFound):
    code = "tax_rate_not_found"


class TaxRateMissing(Invalid):
    """Something names a tax rate that there is not."""

    code = "tax_rate_missing"


class TaxRateArchived(Conflict):
    """Nothing new can be taxed with an archived rate."""

    code = "tax_rate_archived"


class TaxRateFixed(Conflict):
    """What a rate charges never changes; invoices have been computed with it."""

    code = "tax_rate_fixed"
