"""Codes in the data that pages show as words, named here so that they are translated."""

from flask_babel import lazy_gettext as lazy

WORDS = (
    # subscriptions
    lazy("Active"),
    lazy("Trialing"),
    lazy("Past due"),
    lazy("Unpaid"),
    lazy("Paused"),
    lazy("Cancelled"),
    # invoices and credit notes
    lazy("Draft"),
    lazy("Open"),
    lazy("Paid"),
    lazy("Overdue"),
    lazy("Void"),
    lazy("Uncollectible"),
    lazy("Issued"),
    # payments
    lazy("Pending"),
    lazy("Succeeded"),
    lazy("Failed"),
    lazy("Refunded"),
    lazy("Partially refunded"),
    lazy("Bank transfer"),
    lazy("Card"),
    lazy("Check"),
    lazy("Cash"),
    lazy("Other"),
    # people
    lazy("Owner"),
    lazy("Viewer"),
    lazy("Invited"),
)
