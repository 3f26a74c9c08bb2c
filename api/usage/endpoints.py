"""Usage events, usage so far, entitlements."""

from dataclasses import replace

from api import references
from api.answers import One, PageOf, Plain, Resource, Row
from api.endpoint import Endpoints
from api.usage.shapes import (
    Entitlement,
    EntitlementQuery,
    SentUsage,
    SubscriptionUsage,
    UsageBatch,
    UsageEvent,
    UsageEventQuery,
)
from billing.customers.errors import CustomerNotFound
from billing.pages import Page
from billing.subscriptions.errors import SubscriptionNotFound
from billing.usage import entitlements as entitling
from billing.usage import errors, queries
from billing.usage.inputs import UsageEventInput
from billing.usage.record_usage import record_usage
from billing.usage.so_far import usage_so_far
from billing.usage.views import entitlement_view, sent_view, usage_event_view, usage_so_far_view

_WHOSE = (references.CUSTOMER, references.SUBSCRIPTION)
EVENT = Resource(UsageEvent, usage_event_view, revised=False, references=_WHOSE)
ENTITLEMENT = Resource(
    Entitlement, lambda row: row, revised=False, references=(*_WHOSE, references.PLAN)
)
READ, WRITE = "read:subscriptions", "write:subscriptions"

endpoints = Endpoints("Usage", "What was used, and how much of it is left.")


@endpoints.post(
    "/usage_events",
    "Send usage",
    scope=WRITE,
    body=(UsageBatch, UsageEventInput),
    answer=Plain(SentUsage),
    refusals=(errors.UsageRefused,),
)
def send_usage(body: UsageBatch | UsageEventInput) -> Row:
    """One event or a list of at most 1,000. Each idempotency_key counts once for its subscription,
    however often it is sent: send again what was not answered. Where one event cannot be counted
    none is, and `errors` names each by its place in the list and its field, such as `3.meter`."""
    batch = body.root if isinstance(body, UsageBatch) else [body]
    return sent_view(record_usage(batch, alone=isinstance(body, UsageEventInput)))


@endpoints.get(
    "/usage_events",
    "List usage events",
    scope=READ,
    query=UsageEventQuery,
    answer=PageOf(EVENT),
)
def list_usage_events(query: UsageEventQuery) -> Page:
    """Those that came last first."""
    return queries.list_usage_events(**query.arguments())


@endpoints.get(
    "/usage_events/<event_id>",
    "Show a usage event",
    scope=READ,
    answer=One(EVENT),
    refusals=(errors.UsageEventNotFound,),
)
def get_usage_event(event_id: str) -> Row:
    """As it was counted."""
    return queries.get_usage_event(event_id)


@endpoints.get(
    "/subscriptions/<subscription_id>/usage",
    "Show a subscription's usage so far",
    scope=READ,
    answer=Plain(SubscriptionUsage),
    refusals=(SubscriptionNotFound,),
)
def get_subscription_usage(subscription_id: str) -> Row:
    """In the current period, for each meter that its plan charges for or that was used."""
    return usage_so_far_view(subscription_id, usage_so_far(subscription_id))


@endpoints.get(
    "/customers/<customer_id>/entitlements",
    "Show what a customer may use",
    scope="read:customers",
    query=EntitlementQuery,
    answer=PageOf(ENTITLEMENT),
    refusals=(CustomerNotFound,),
)
def list_entitlements(customer_id: str, query: EntitlementQuery) -> Page:
    """The features and limits of each live subscription, with what is used and what is left."""
    found, page = entitling.list_entitlements(customer_id, **query.arguments())
    return replace(page, items=[entitlement_view(one) for one in found])
