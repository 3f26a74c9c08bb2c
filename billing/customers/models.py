"""Who is billed."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import Document
from billing.indexes import NEWEST, declare_indexes

declare_indexes(
    "customers",
    IndexModel([("deleted_at", ASCENDING), ("_id", DESCENDING)], name="live"),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="by_status"),
    IndexModel([("name_key", ASCENDING), ("_id", ASCENDING)], name="name"),
    IndexModel([("email", ASCENDING), ("_id", DESCENDING)], name="email"),
    IndexModel([("search_terms", ASCENDING), ("deleted_at", ASCENDING)], name="search"),
    NEWEST,
    IndexModel(
        [("test_clock_id", ASCENDING), ("_id", DESCENDING)],
        name="test_clock",
        partialFilterExpression={"test_clock_id": {"$gt": ""}},
    ),
    IndexModel(
        [("external_id", ASCENDING)],
        name="external_key",
        unique=True,
        partialFilterExpression={"external_id": {"$gt": ""}},
    ),
)
declare_indexes(
    "credit_entries",
    IndexModel(
        [("customer_id", ASCENDING), ("currency", ASCENDING), ("_id", DESCENDING)], name="currency"
    ),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer"),
)


class Address(me.EmbeddedDocument):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    meta = {"strict": False}

    line1 = me.StringField()
    line2 = me.StringField()
    city = me.StringField()
    state = me.StringField()
    postal_code = me.StringField()
    country = me.StringField()


class Preferences(me.EmbeddedDocument):
    """How a customer is billed and addressed."""

    meta = {"strict": False}

    currency = me.StringField(required=True, default="USD")
    locale = me.StringField(required=True, default="en")
    timezone = me.StringField(required=True, default="UTC")
    payment_terms_days = me.IntField(required=True, default=14)
    invoice_delivery = me.StringField(required=True, default="email")


class TaxId(me.EmbeddedDocument):
    """A tax number, such as type `eu_vat`, value `DE123456789`."""

    meta = {"strict": False}

    type = me.StringField(required=True)
    value = me.StringField(required=True)


class Contact(me.EmbeddedDocument):
    """Somebody who gets a copy of each mail about an invoice."""

    meta = {"strict": False}

    name = me.StringField(required=True)
    email = me.StringField(required=True)


class Customer(Document):
    """A customer; deleting one only sets `deleted_at`, since its invoices stay."""

    meta = {"collection": "customers"}
    prefix = "cus"

    name = me.StringField(required=True)
    email = me.StringField(required=True)
    phone = me.StringField()
    address = me.EmbeddedDocumentField(Address)
    billing_address = me.EmbeddedDocumentField(Address)
    preferences = me.EmbeddedDocumentField(Preferences, required=True, default=Preferences)
    status = me.StringField(required=True, default="active")
    tax_exempt = me.StringField(required=True, default="none")
    contacts = me.EmbeddedDocumentListField(Contact)
    tax_ids = me.EmbeddedDocumentListField(TaxId)
    tax_rate_ids = me.ListField(me.StringField())
    credit_balances = me.DictField()  # currency to smallest units, see customers.credit
    payment_source = me.DictField()  # {provider, token}: who is charged without being asked
    payment_methods = me.ListField(me.DictField())  # the same of all that are saved
    external_id = me.StringField()
    metadata = me.DictField()
    test_clock_id = me.StringField()
    deleted_at = me.DateTimeField()
    name_key = me.StringField()
    search_terms = me.ListField(me.StringField())

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None
