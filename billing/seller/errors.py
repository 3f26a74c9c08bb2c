"""Refusals about the seller's settings."""

from billing.errors import Invalid, NotFound
from billing.phrases import Phrase, Told


class LogoNotFound(NotFound):
    code = "logo_not_found"


class LogoUnusable(Invalid):
    """A file that is no small PNG or JPEG picture."""

    code = "logo_unusable"

    def __init__(self, message: str, **facts: Told):
        super().__init__(Phrase(message, **facts), field="logo")
