"""The list of coupons."""

from billing.coupons.queries import list_coupons
from portal.lists.columns import amounts, value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

COUPONS = StaffList(
    name="coupons",
    rows="coupons",
    scope="read:plans",
    query=list_coupons,
    filters={"q": text, "status": text},
    columns=[
        value("id", "_id"),
        *values("code", "name", "status", "percent_off"),
        *amounts("amount_off"),
        *values("currency", "duration", "duration_cycles", "redeem_by", "max_redemptions"),
        *values("times_redeemed", "plan_ids", "created_at", "updated_at"),
    ],
)
