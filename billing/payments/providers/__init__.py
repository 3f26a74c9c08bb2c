"""The providers there are. The fake one serves trials and tests and is never open in production."""

import os
from typing import Literal

from billing.payments.errors import ProviderNotAvailable
from billing.payments.providers.base import Provider
from billing.payments.providers.fake import CARDS, FakeProvider
from billing.payments.providers.manual import ManualProvider
from billing.settings import variable

ProviderName = Literal["manual", "fake"]

_PROVIDERS: dict[str, Provider] = {"manual": ManualProvider(), "fake": FakeProvider()}


def get_provider(name: str) -> Provider:
    """The provider of that name. Raises ProviderNotAvailable."""
    if name not in provider_names():
        raise ProviderNotAvailable("There is no such payment provider here.", field="provider")
    return _PROVIDERS[name]


def provider_names() -> list[str]:
    """The providers that can be used in this installation."""
    # Asked each time rather than remembered: commands and workers have no application to tell them.
    in_production = os.environ.get(variable("env"), "").strip() == "production"
    return [name for name in _PROVIDERS if not (in_production and name == "fake")]


def card_label(provider: str, token: str) -> str:
    """What people know a saved card or account by."""
    known = CARDS.get(token) if provider == "fake" else None
    return known or f"Account at the {provider} provider"
