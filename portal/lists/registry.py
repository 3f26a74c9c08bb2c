"""Every list of staff, by its name."""

from portal.api_calls.listed import API_CALLS
from portal.coupons.listed import COUPONS
from portal.credit_notes.listed import CREDIT_NOTES
from portal.customers.listed import CUSTOMERS
from portal.events.listed import EVENTS
from portal.invoices.listed import INVOICES
from portal.lists.staff_list import StaffList
from portal.meters.listed import METERS
from portal.oauth_clients.listed import OAUTH_CLIENTS
from portal.outbox.listed import MAILS
from portal.payments.listed import PAYMENTS
from portal.plans.listed import PLANS
from portal.subscriptions.listed import SUBSCRIPTIONS
from portal.tax_rates.listed import TAX_RATES
from portal.users.listed import USERS
from portal.webhooks.listed import WEBHOOKS

LISTS: dict[str, StaffList] = {
    of.name: of
    for of in (
        CUSTOMERS,
        PLANS,
        COUPONS,
        TAX_RATES,
        METERS,
        SUBSCRIPTIONS,
        INVOICES,
        PAYMENTS,
        CREDIT_NOTES,
        WEBHOOKS,
        USERS,
        OAUTH_CLIENTS,
        MAILS,
        EVENTS,
        API_CALLS,
    )
}
