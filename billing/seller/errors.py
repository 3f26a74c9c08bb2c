"""Refusals about the seller's settings."""

from billing.errors import Invalid, NotFound


class LogoNotFound(NotFound):
    code = "logo_not_found"


class LogoUnusable(Invalid):
    """A file that is no small PNG or JPEG picture."""

    code = "logo_unusable"
