"""Creating, changing and archiving coupons."""

from mongoengine.errors import NotUniqueError

from billing.coupons.errors import CouponArchived, CouponCodeTaken, CouponFixed
from billing.coupons.inputs import CouponInput
from billing.coupons.models import TERMS, Coupon, code_key
from billing.coupons.queries import get_coupon
from billing.events.journal import insert, update
from billing.search import search_terms
from billing.transactions import operation


@operation
def create_coupon(data: CouponInput) -> Coupon:
    """A new coupon, active unless said otherwise. Raises CouponCodeTaken."""
    coupon = Coupon(status=data.status or "active", code_key=code_key(data.code))
    for name in TERMS:
        setattr(coupon, name, getattr(data, name))
    _fill(coupon, data)
    try:
        insert(coupon, "coupon.created")
    except NotUniqueError as error:
        raise CouponCodeTaken(
            "There is a coupon %(code)s already.", code=data.code, field="code"
        ) from error
    return coupon


@operation
def update_coupon(
    coupon_id: str, data: CouponInput, expected_revision: int | None = None
) -> Coupon:
    """Replace what is known of a coupon, but not what it gives; what was redeemed goes on.

    Raises CouponNotFound, StaleRevision and CouponFixed.
    """
    coupon = get_coupon(coupon_id)
    coupon.check_revision(expected_revision)
    for name in TERMS:
        if getattr(coupon, name) != getattr(data, name):
            raise CouponFixed(
                "The code and what a coupon gives cannot be changed. "
                "Make a new coupon and archive this one.",
                field=name,
            )
    coupon.status = data.status or coupon.status
    _fill(coupon, data)
    update(coupon, "coupon.updated")
    return coupon


@operation
def archive_coupon(coupon_id: str, expected_revision: int | None = None) -> Coupon:
    """Let a coupon be redeemed no more; those who have it keep it.

    Raises CouponNotFound, StaleRevision and CouponArchived.
    """
    coupon = get_coupon(coupon_id)
    coupon.check_revision(expected_revision)
    if coupon.is_archived:
        raise CouponArchived("The coupon is archived already.")
    coupon.status = "archived"
    update(coupon, "coupon.archived")
    return coupon


def _fill(coupon: Coupon, data: CouponInput) -> None:
    for name in ("name", "redeem_by", "max_redemptions", "plan_ids", "metadata"):
        setattr(coupon, name, getattr(data, name))
    coupon.name_key = data.name.casefold()
    coupon.search_terms = search_terms(coupon.code, data.name)
