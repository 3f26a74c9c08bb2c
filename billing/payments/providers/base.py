"""What a payment provider is to Duebill: four calls, whatever stands behind them.

Every call carries our own key, the id of the payment or refund. Asking twice with one key is one
payment: that is what makes it safe to ask again when an answer was lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from billing.errors import BillingError, Invalid

OutcomeStatus = Literal["pending", "succeeded", "failed"]


class ProviderUnreachable(BillingError):
    """No answer came. The money may or may not have moved; ask again later."""

    code = "provider_unreachable"


class ReportRefused(Invalid):
    """A report that the provider did not sign, or that cannot be read."""

    code = "report_refused"


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider is asked to move, in smallest units. `token` says from whom or, of a
    refund, which payment: its key."""

    key: str
    amount: int
    currency: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order. `pending`: the provider knows it and will report."""

    status: OutcomeStatus
    reference: str | None = None
    failure_code: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider tells of its own accord: the order's key and its outcome."""

    key: str
    outcome: Outcome


class Provider(Protocol):
    """A payment provider. Any call may raise ProviderUnreachable."""

    def create(self, order: Order) -> Outcome:
        """Take a payment, once per key."""
        ...

    def confirm(self, key: str) -> Outcome | None:
        """What became of a payment or refund; None when the provider never heard of it."""
        ...

    def refund(self, order: Order) -> Outcome:
        """Pay back some of an earlier payment, once per key."""
        ...

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Report:
        """A report as it came over the network, names of headers Spelled-Like-This. Raises
        ReportRefused."""
        ...
