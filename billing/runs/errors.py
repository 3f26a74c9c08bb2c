"""Refusals about billing runs."""

from billing.errors import Conflict, NotFound


class BillingRunNotFound(NotFound):
    code = "billing_run_not_found"


class BillingRunNotResumable(Conflict):
    """It is completed, or somebody is working on it."""

    code = "billing_run_not_resumable"


class BooksCheckNotFound(NotFound):
    code = "books_check_not_found"
