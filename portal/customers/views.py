"""Customers: list, detail, create, edit, delete."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.customers.inputs import CustomerInput, as_input
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.customers.save_customer import create_customer, new_preferences, update_customer
from billing.invoices.delete_customer import delete_customer
from billing.invoices.queries import is_overdue, list_invoices
from billing.payments.queries import list_payments
from billing.payments.source import has_charging_provider
from billing.plans.queries import plan_names
from billing.self_service.team import team_of
from billing.subscriptions.queries import list_subscriptions
from billing.test_clocks.queries import list_clocks
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.bulk.pages import add_bulk
from portal.customers import credit, people
from portal.customers.forms import CustomerForm, NewCustomerForm
from portal.customers.listed import CUSTOMERS
from portal.customers.tax_ids import kind_of
from portal.forms import InputForm
from portal.listing import respond
from portal.lists.export import add_export
from portal.tax_rates.fields import rate_labels
from portal.template_helpers import may
from portal.usage.shown import entitlement_cards

blueprint = Blueprint("customers", __name__, url_prefix="/customers")
credit.add_to(blueprint)
people.add_to(blueprint)
add_export(blueprint, CUSTOMERS)
add_bulk(blueprint, CUSTOMERS)
STATUSES = [("", lazy("All")), ("active", lazy("Active")), ("suspended", lazy("Suspended"))]


@blueprint.get("")
@page("read:customers")
def index() -> ResponseReturnValue:
    """Search, filter and sort customers."""
    found = CUSTOMERS.page()
    return respond("customers/index.html", "customers/_results.html", found, statuses=STATUSES)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:customers")
def create() -> ResponseReturnValue:
    """Add a customer."""
    form = _new_customer_form()
    if customer := form.submit(create_customer):
        said = gettext("%(name)s was added.", name=customer.name)
        return done(said, url_for(".detail", customer_id=customer.id))
    return form_page("customers/form.html", form)


@blueprint.get("/<customer_id>")
@page("read:customers")
def detail(customer_id: str) -> ResponseReturnValue:
    """All about one customer."""
    customer = get_customer(customer_id)
    subscriptions = list_subscriptions(customer_id=customer_id, limit=10)
    return render_template(
        "customers/detail.html",
        customer=customer,
        subscriptions=subscriptions,
        plans=plan_names([row["plan_id"] for row in subscriptions.items]),
        invoices=list_invoices(customer_id=customer_id, limit=10),
        payments=list_payments(customer_id=customer_id, limit=10),
        chargeable=has_charging_provider(),
        is_overdue=is_overdue,
        tax_id_kind=kind_of,
        tax_rates=rate_labels(customer.tax_rate_ids),
        entitlements=entitlement_cards(customer_id),
        people=team_of(customer_id),
        events=timeline(customer_id=customer_id),
    )


@blueprint.route("/<customer_id>/edit", methods=["GET", "POST"])
@page("write:customers")
def edit(customer_id: str) -> ResponseReturnValue:
    """Change what is known of a customer."""
    customer = get_customer(customer_id)
    form = CustomerForm(as_input(customer), revision=customer.revision)

    def save(data: CustomerInput) -> object:
        return update_customer(customer_id, data, form.expected_revision)

    if form.submit(save):
        return done("Saved.", url_for(".detail", customer_id=customer_id))
    return form_page("customers/form.html", form, document=customer, customer=customer)


@blueprint.route("/<customer_id>/delete", methods=["GET", "POST"])
@page("write:customers")
def delete(customer_id: str) -> ResponseReturnValue:
    """Ask once, then delete; what was issued stays."""
    customer = get_customer(customer_id)
    form = InputForm(revision=customer.revision)
    if form.submit(lambda _: delete_customer(customer_id, form.expected_revision)):
        return done(gettext("%(name)s was deleted.", name=customer.name), url_for(".index"))
    return confirm_page(
        form,
        gettext("Delete %(name)s?", name=customer.name),
        gettext("%(name)s leaves all lists and can no longer be billed.", name=customer.name),
        gettext("Invoices and their history stay."),
        document=customer,
        button=gettext("Delete customer"),
        trail=_trail(customer),
        danger=True,
    )


def _new_customer_form() -> NewCustomerForm:
    form = NewCustomerForm(
        preferences=new_preferences().model_dump(),
        status="active",
        test_clock_id=request.args.get("test_clock_id", ""),
    )
    newest = list_clocks(limit=100).items if may("read:test_clocks") else []
    form.offer_clocks([(row["_id"], row["name"]) for row in newest])
    return form


def _trail(customer: Customer) -> list[tuple[str, str]]:
    own = url_for(".detail", customer_id=customer.id)
    return [(gettext("Customers"), url_for(".index")), (customer.name, own)]
