"""Coupons: list, detail, create, edit, archive."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.coupons.inputs import CouponInput, as_input
from billing.coupons.queries import get_coupon
from billing.coupons.save_coupon import archive_coupon, create_coupon, update_coupon
from billing.plans.queries import plan_names
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.coupons.forms import CouponForm, NewCouponForm
from portal.coupons.listed import COUPONS
from portal.forms import InputForm
from portal.listing import respond
from portal.lists.export import add_export

blueprint = Blueprint("coupons", __name__, url_prefix="/coupons")
add_export(blueprint, COUPONS)
STATUSES = [("", lazy("All")), ("active", lazy("Active")), ("archived", lazy("Archived"))]


@blueprint.get("")
@page("read:plans")
def index() -> ResponseReturnValue:
    """Search, filter and sort coupons."""
    found = COUPONS.page()
    return respond("coupons/index.html", "coupons/_results.html", found, statuses=STATUSES)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:plans")
def create() -> ResponseReturnValue:
    """Add a coupon."""
    form = NewCouponForm(duration="once")
    if coupon := form.submit(create_coupon):
        made = gettext("The coupon %(code)s was created.", code=coupon.code)
        return done(made, url_for(".detail", coupon_id=coupon.id))
    return form_page("coupons/form.html", form)


@blueprint.get("/<coupon_id>")
@page("read:plans")
def detail(coupon_id: str) -> ResponseReturnValue:
    """All about one coupon."""
    coupon = get_coupon(coupon_id)
    return render_template(
        "coupons/detail.html",
        coupon=coupon,
        plans=plan_names(list(coupon.plan_ids)),
        events=timeline(object_id=coupon_id),
    )


@blueprint.route("/<coupon_id>/edit", methods=["GET", "POST"])
@page("write:plans")
def edit(coupon_id: str) -> ResponseReturnValue:
    """Change a coupon's limits, not what it gives."""
    coupon = get_coupon(coupon_id)
    form = CouponForm(as_input(coupon), revision=coupon.revision)

    def save(data: CouponInput) -> object:
        return update_coupon(coupon_id, data, form.expected_revision)

    if form.submit(save):
        return done("Saved.", url_for(".detail", coupon_id=coupon_id))
    return form_page("coupons/form.html", form, document=coupon, coupon=coupon)


@blueprint.route("/<coupon_id>/archive", methods=["GET", "POST"])
@page("write:plans")
def archive(coupon_id: str) -> ResponseReturnValue:
    """Ask once, then let it be redeemed no more."""
    coupon = get_coupon(coupon_id)
    own = url_for(".detail", coupon_id=coupon_id)
    form = InputForm(revision=coupon.revision)
    if form.submit(lambda _: archive_coupon(coupon_id, form.expected_revision)):
        return done(gettext("%(name)s is archived.", name=coupon.code), own)
    return confirm_page(
        form,
        gettext("Archive %(name)s?", name=coupon.code),
        gettext("It can be redeemed no more. Subscriptions that have it keep it until it ends."),
        document=coupon,
        button=gettext("Archive coupon"),
        trail=[(gettext("Coupons"), url_for(".index")), (coupon.code, own)],
        danger=True,
    )
