"""Money that moves outside of Duebill: whoever records it has seen it."""

from collections.abc import Mapping

from billing.payments.providers.base import Order, Outcome, Report, ReportRefused


class ManualProvider:
    """The null provider: everything recorded has happened."""

    def create(self, order: Order) -> Outcome:
        return Outcome("succeeded", order.token or None)

    def confirm(self, key: str) -> Outcome | None:
        return Outcome("succeeded")

    def refund(self, order: Order) -> Outcome:
        return Outcome("succeeded")

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Report:
        raise ReportRefused("The manual provider sends no reports.")
