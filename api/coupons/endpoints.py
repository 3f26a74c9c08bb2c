"""Coupons."""

from api.answers import One, PageOf, Resource, created
from api.body import NoFields, Patch
from api.coupons.shapes import Coupon as CouponShape
from api.coupons.shapes import CouponQuery
from api.endpoint import Endpoints
from api.patching import patched
from billing.coupons import errors, queries, save_coupon
from billing.coupons.inputs import CouponInput, as_input
from billing.coupons.models import Coupon
from billing.coupons.views import coupon_view
from billing.pages import Page

COUPON = Resource(CouponShape, coupon_view)
READ, WRITE = "read:plans", "write:plans"
MISSING = errors.CouponNotFound

endpoints = Endpoints("Coupons", "What can be taken off invoices.")
_patch = patched(queries.get_coupon, as_input, save_coupon.update_coupon)


@endpoints.get("/coupons", "List coupons", scope=READ, query=CouponQuery, answer=PageOf(COUPON))
def list_coupons(query: CouponQuery) -> Page:
    """Newest first."""
    return queries.list_coupons(**query.arguments())


@endpoints.post(
    "/coupons",
    "Create a coupon",
    scope=WRITE,
    body=(CouponInput,),
    answer=created(COUPON),
    refusals=(errors.CouponCodeTaken,),
)
def create_coupon(body: CouponInput) -> Coupon:
    """Either `percent_off`, or `amount_off` with its `currency`."""
    return save_coupon.create_coupon(body)


@endpoints.get(
    "/coupons/<coupon_id>",
    "Show a coupon",
    scope=READ,
    answer=One(COUPON),
    refusals=(MISSING,),
)
def get_coupon(coupon_id: str) -> Coupon:
    """With how often it was redeemed."""
    return queries.get_coupon(coupon_id)


@endpoints.put(
    "/coupons/<coupon_id>",
    "Replace a coupon",
    scope=WRITE,
    body=(CouponInput,),
    answer=One(COUPON),
    revised=True,
    refusals=(MISSING, errors.CouponFixed),
)
def update_coupon(coupon_id: str, body: CouponInput, revision: int | None) -> Coupon:
    """The code and what it gives must be as they are; limits and name can be changed."""
    return save_coupon.update_coupon(coupon_id, body, revision)


@endpoints.patch(
    "/coupons/<coupon_id>",
    "Change a coupon",
    scope=WRITE,
    patch=CouponInput,
    answer=One(COUPON),
    revised=True,
    refusals=(MISSING, errors.CouponFixed),
)
def patch_coupon(coupon_id: str, patch: Patch, revision: int | None) -> Coupon:
    """A JSON Merge Patch (RFC 7396); `plan_ids` are replaced as a whole."""
    changed: Coupon = _patch(coupon_id, patch, revision)
    return changed


@endpoints.post(
    "/coupons/<coupon_id>/archive",
    "Archive a coupon",
    scope=WRITE,
    body=(NoFields,),
    answer=One(COUPON),
    revised=True,
    refusals=(MISSING, errors.CouponArchived),
)
def archive_coupon(coupon_id: str, body: NoFields, revision: int | None) -> Coupon:
    """It can be redeemed no more; who has it keeps it."""
    return save_coupon.archive_coupon(coupon_id, revision)
