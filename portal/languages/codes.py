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
    lazy("Customer"),
    # what customers choose from in forms
    lazy("Today"),
    lazy("With the next period"),
    lazy("Rather not say"),
    lazy("It costs too much"),
    lazy("Something that we need is missing"),
    lazy("We use something else now"),
    lazy("We do not use it enough"),
    lazy("It is too hard to use"),
    lazy("Another reason"),
    lazy("Test card that pays"),
    lazy("Test card that is declined"),
    lazy("Test card that takes its time"),
    lazy("EU VAT number"),
    lazy("UK VAT number"),
    lazy("Swiss VAT number"),
    lazy("Norwegian VAT number"),
    lazy("US EIN"),
    lazy("Canadian GST/HST number"),
    lazy("Australian ABN"),
    lazy("Indian GST number"),
    lazy("Kind"),
)
