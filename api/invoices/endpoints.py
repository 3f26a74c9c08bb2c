"""Invoices: listing, making, showing and changing drafts."""

from api import references
from api.answers import One, PageOf, Plain, Resource, created
from api.body import Patch
from api.endpoint import Endpoints
from api.invoices.shapes import Invoice as InvoiceShape
from api.invoices.shapes import InvoiceQuery
from api.patching import patched
from billing.coupons.errors import (
    CouponArchived,
    CouponExpired,
    CouponNotApplicable,
    CouponUnknown,
    CouponUsedUp,
)
from billing.customers.errors import CustomerDeleted, CustomerNotFound
from billing.database import Row
from billing.invoices import errors, one_off, queries, subscribe
from billing.invoices import preview_invoice as previews
from billing.invoices.inputs import (
    GenerateInvoice,
    InvoiceInput,
    PreviewInvoice,
    PreviewSubscription,
    as_input,
)
from billing.invoices.models import Invoice
from billing.invoices.views import invoice_view, invoice_views
from billing.pages import Page
from billing.subscriptions.errors import SubscriptionNotFound
from billing.taxes.errors import TaxRateArchived, TaxRateMissing

READ, WRITE = "read:invoices", "write:invoices"
INVOICE = Resource(
    InvoiceShape,
    invoice_view,
    invoice_views,
    references=(references.CUSTOMER, references.SUBSCRIPTION),
    dear=("line_items", "seller", "customer", "discounts", "taxes"),
    scope=READ,
    find=queries.invoices_of_ids,
)
MISSING = errors.InvoiceNotFound
COUPON = (
    CouponUnknown,
    CouponArchived,
    CouponExpired,
    CouponUsedUp,
    CouponNotApplicable,
)
_MAKE = (
    CustomerNotFound,
    CustomerDeleted,
    errors.TotalTooLarge,
    TaxRateMissing,
    TaxRateArchived,
    *COUPON,
)
_BILL = (SubscriptionNotFound, errors.NothingDue, errors.SubscriptionNotBillable)
_CHANGE = (MISSING, errors.InvoiceNotEditable, *_MAKE)

endpoints = Endpoints("Invoices", "What is owed.")
_patch = patched(queries.get_invoice, as_input, one_off.update_invoice)


@endpoints.get("/invoices", "List invoices", scope=READ, query=InvoiceQuery, answer=PageOf(INVOICE))
def list_invoices(query: InvoiceQuery) -> Page:
    """Newest first; with `overdue=true` the longest overdue first."""
    return queries.list_invoices(**query.arguments())


@endpoints.post(
    "/invoices",
    "Make an invoice",
    scope=WRITE,
    body=(GenerateInvoice, InvoiceInput),
    answer=created(INVOICE),
    refusals=(*_MAKE, *_BILL),
)
def create_invoice(body: GenerateInvoice | InvoiceInput) -> Invoice:
    """Of what a subscription owes today (`subscription_id`), or of lines of your own."""
    if isinstance(body, GenerateInvoice):
        return subscribe.generate_invoice(body)
    return one_off.create_invoice(body)


@endpoints.post(
    "/invoices/preview",
    "Preview an invoice",
    scope=WRITE,
    body=(PreviewSubscription, PreviewInvoice),
    answer=Plain(InvoiceShape),
    refusals=(*_MAKE, *_BILL),
)
def preview_invoice(body: PreviewSubscription | PreviewInvoice) -> Row:
    """What the same body would make on `as_of_date`, to the cent; nothing is written."""
    if isinstance(body, PreviewSubscription):
        return invoice_view(previews.preview_subscription_invoice(body))
    return invoice_view(previews.preview_invoice(body))


@endpoints.get(
    "/invoices/<invoice_id>",
    "Show an invoice",
    scope=READ,
    answer=One(INVOICE),
    refusals=(MISSING,),
)
def get_invoice(invoice_id: str) -> Invoice:
    """Each line with the explanation of its amount."""
    return queries.get_invoice(invoice_id)


@endpoints.put(
    "/invoices/<invoice_id>",
    "Replace a draft",
    scope=WRITE,
    body=(InvoiceInput,),
    answer=One(INVOICE),
    revised=True,
    refusals=_CHANGE,
)
def update_invoice(invoice_id: str, body: InvoiceInput, revision: int | None) -> Invoice:
    """Without `draft: true` it is issued at once."""
    return one_off.update_invoice(invoice_id, body, revision)


@endpoints.patch(
    "/invoices/<invoice_id>",
    "Change a draft",
    scope=WRITE,
    patch=InvoiceInput,
    answer=One(INVOICE),
    revised=True,
    refusals=_CHANGE,
)
def patch_invoice(invoice_id: str, patch: Patch, revision: int | None) -> Invoice:
    """A JSON Merge Patch (RFC 7396); `line_items` are replaced as a whole."""
    changed: Invoice = _patch(invoice_id, patch, revision)
    return changed
