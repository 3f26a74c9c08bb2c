"""Refusals about billing runs."""

from billing.errors import Conflict, NotFound


class BillingRunNotFound(NotFound):
    code = "billing_run_not_found"


class BillingRunNotResumable(Conflict):
    """It is completed or refused, or somebody is working on it."""

    code = "billing_run_not_resumable"


class BillingRunNotStoppable(Conflict):
    """Nobody is working on it."""

    code = "billing_run_not_stoppable"


class DryRunNotFound(NotFound):
    code = "dry_run_not_found"


class DryRunNotApprovable(Conflict):
    """It is not finished, was approved before, or was made for a day that is over."""

    code = "dry_run_not_approvable"


class WhatIsDueChanged(Conflict):
    """What would be billed is no longer what somebody looked at."""

    code = "what_is_due_changed"


class BooksCheckNotFound(NotFound):
    code = "books_check_not_found"
