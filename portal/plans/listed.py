"""The list of plans."""

from billing.periods import BILLING_CYCLES
from billing.plans.queries import list_plans
from portal.lists.columns import amounts, value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

PLANS = StaffList(
    name="plans",
    rows="plans",
    scope="read:plans",
    query=list_plans,
    filters={"q": text, "status": text, "currency": text, "billing_cycle": text},
    more={
        "currency": (),
        "billing_cycle": BILLING_CYCLES,
    },
    columns=[
        value("id", "_id"),
        *values("name", "tier", "status", "version", "pricing_model"),
        *amounts("price", "setup_fee", "minimum_amount"),
        *values("currency", "billing_cycle", "interval_count", "trial_days"),
        *values("created_at", "updated_at"),
    ],
)
