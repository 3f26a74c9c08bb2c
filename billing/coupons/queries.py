"""Finding coupons."""

from typing import Unpack

from billing.coupons.errors import CouponNotFound
from billing.coupons.models import COLLECTION, Coupon, code_key
from billing.database import Row, database
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.search import matching

SORTS = {"created_at": "_id", "name": "name_key"}


def find_coupon(coupon_id: str) -> Coupon | None:
    """The coupon, or None."""
    found: Coupon | None = Coupon.objects(id=coupon_id).first()
    return found


def get_coupon(coupon_id: str) -> Coupon:
    """The coupon. Raises CouponNotFound."""
    if (coupon := find_coupon(coupon_id)) is None:
        raise CouponNotFound("There is no such coupon.")
    return coupon


def find_coupon_row(code_or_id: str) -> Row | None:
    """The coupon's row by its id, or by its code in whatever case; or None."""
    coupons = database()[COLLECTION]
    return coupons.find_one({"_id": code_or_id}) or coupons.find_one(
        {"code_key": code_key(code_or_id)}
    )


def list_coupons(
    *,
    status: str | None = None,
    code: str | None = None,
    q: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Coupons, newest first; `q` matches beginnings of words of code and name."""
    where: Row = {}
    if status is not None:
        where["status"] = status
    if code is not None:
        where["code_key"] = code_key(code)
    if q:
        where |= {"_id": q.strip()} if q.strip().startswith("cpn_") else matching(q)
    return paginate(COLLECTION, where, PageRequest(**page), sorts=SORTS)
