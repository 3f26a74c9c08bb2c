"""Refusals about coupons."""

from billing.errors import Conflict, Invalid, NotFound


class CouponNotFound(NotFound):
    code = "coupon_not_found"


class CouponCodeTaken(Conflict):
    """Codes are unique, upper and lower case alike."""

    code = "coupon_code_taken"


class CouponFixed(Conflict):
    """What a coupon gives never changes; it has been given."""

    code = "coupon_fixed"


class CouponArchived(Conflict):
    """It takes no new redemptions."""

    code = "coupon_archived"


class CouponUnknown(Invalid):
    """There is no coupon of this code or id."""

    code = "coupon_unknown"


class CouponExpired(Conflict):
    """The last day on which it could be redeemed has passed."""

    code = "coupon_expired"


class CouponUsedUp(Conflict):
    """It was redeemed as often as it may be."""

    code = "coupon_used_up"


class CouponNotApplicable(Invalid):
    """It is for other plans, or in another currency."""

    code = "coupon_not_applicable"
