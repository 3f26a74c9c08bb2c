"""What holdings are, what becomes of them, in words."""

from flask_babel import lazy_gettext as lazy

HOLDINGS = {
    "events": lazy("Audit trail: what happened, before and after, and from where"),
    "usage": lazy("Usage that was sent in"),
    "api_calls": lazy("Calls of the API"),
    "mails": lazy("Mails"),
    "sessions": lazy("Sessions of browsers"),
    "refresh_tokens": lazy("Tokens of programs"),
    "api_sign_ins": lazy("Sign-ins of programs"),
    "links": lazy("One-time links"),
    "consents": lazy("Consents to programs"),
    "second_factors": lazy("Second factors and recovery codes"),
    "saved_views": lazy("Saved views"),
    "subscriptions": lazy("Subscriptions: reasons and metadata"),
    "revenue": lazy("Movements of revenue"),
    "credit": lazy("Entries of credit"),
    "invoices": lazy("Invoices"),
    "credit_notes": lazy("Credit notes"),
    "payments": lazy("Payments"),
    "refunds": lazy("Refunds"),
    "users": lazy("People who sign in"),
    "customer": lazy("Contact data, addresses, contacts and saved payment methods"),
}
FATES = {
    "replaced": lazy("Names give way to a placeholder"),
    "deleted": lazy("Deleted"),
    "retained": lazy("Names give way to a placeholder: their time is over"),
    "kept": lazy("Stays: amounts and dates without names"),
}
