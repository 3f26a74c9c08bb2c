"""The list of subscriptions."""

from billing.customers.queries import customer_names
from billing.plans.queries import plan_names
from billing.subscriptions.queries import list_subscriptions
from portal.bulk.acts import SUBSCRIPTION_ACTS
from portal.lists.columns import amounts, looked_up, value, values
from portal.lists.filters import day, text
from portal.lists.staff_list import StaffList

SUBSCRIPTIONS = StaffList(
    name="subscriptions",
    rows="subscriptions",
    scope="read:subscriptions",
    query=list_subscriptions,
    filters={
        "q": text,
        "status": text,
        "customer_id": text,
        "plan_id": text,
        "billed_from": day,
        "billed_before": day,
    },
    more={"billed_from": (), "billed_before": ()},
    names={"customer_id": customer_names, "plan_id": plan_names},
    acts=SUBSCRIPTION_ACTS,
    acts_scope="write:subscriptions",
    columns=[
        value("id", "_id"),
        value("customer_id"),
        looked_up("customer_name", "customer_id", customer_names),
        value("plan_id"),
        looked_up("plan_name", "plan_id", plan_names),
        *values("plan_version", "quantity", "status", "start_date", "end_date"),
        *values("current_period_start", "current_period_end", "next_billing_date"),
        *values("cancel_at_period_end"),
        *amounts("mrr"),
        *values("currency", "created_at", "updated_at"),
    ],
)
