"""A provider's report: late, early, twice or out of order, it settles once."""

from collections.abc import Mapping

from billing.payments.charge import settle_payment
from billing.payments.models import Payment, Refund
from billing.payments.providers import get_provider
from billing.payments.settle_refund import settle_refund


def receive_report(provider: str, body: bytes, headers: Mapping[str, str]) -> Payment | Refund:
    """Settle what a report is about.

    Raises ProviderNotAvailable, ReportRefused and PaymentNotFound.
    """
    report = get_provider(provider).parse_webhook(body, headers)
    if report.key.startswith(f"{Refund.prefix}_"):
        return settle_refund(report.key, report.outcome)
    return settle_payment(report.key, report.outcome)
