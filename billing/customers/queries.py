"""Finding customers. A customer's own actor finds only itself."""

from collections.abc import Collection
from typing import Unpack

from billing.actors import own_customer_id
from billing.adoption import adopt_time_of
from billing.customers.errors import CustomerDeleted, CustomerNotFound
from billing.customers.models import Customer
from billing.database import Row, database
from billing.foresight import is_only_foreseen
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.search import matching

SORTS = {"created_at": "_id", "name": "name_key"}


def find_customer(customer_id: str) -> Customer | None:
    """The customer, deleted or not, or None. An operation lives at their test clock's time."""
    if not _may_be_seen(customer_id):
        return None
    return _at_their_time(Customer.objects(id=customer_id).first())


def get_customer(customer_id: str) -> Customer:
    """The customer, deleted or not. Raises CustomerNotFound."""
    return _there(find_customer(customer_id))


def get_live_customer(customer_id: str) -> Customer:
    """The customer. Raises CustomerNotFound, and CustomerDeleted for a deleted one."""
    return _live(get_customer(customer_id))


def hold_live_customer(customer_id: str) -> Customer:
    """Like get_live_customer, and nobody can delete the customer before this transaction ends.

    For whoever adds something that a deleted customer must not have: both read what the other
    writes, and snapshots alone would let both commit. A write of both to one document does not.
    """
    if is_only_foreseen() or not _may_be_seen(customer_id):
        return get_live_customer(customer_id)
    held = Customer.objects(id=customer_id).modify(__raw__={"$inc": {"holds": 1}}, new=True)
    return _live(_there(_at_their_time(held)))


def _may_be_seen(customer_id: str) -> bool:
    return own_customer_id() in {None, customer_id}


def _at_their_time(found: Customer | None) -> Customer | None:
    if found is not None:
        adopt_time_of(found.test_clock_id)
    return found


def _there(found: Customer | None) -> Customer:
    if found is None:
        raise CustomerNotFound("There is no such customer.")
    return found


def _live(customer: Customer) -> Customer:
    if customer.is_deleted:
        raise CustomerDeleted("This customer was deleted.", field="customer_id")
    return customer


def get_customer_row(customer_id: str) -> Row:
    """The customer as a plain row, the fast way to read one. Raises CustomerNotFound."""
    row = None
    if _may_be_seen(customer_id):
        row = database().customers.find_one({"_id": customer_id})
    if row is None:
        raise CustomerNotFound("There is no such customer.")
    adopt_time_of(row.get("test_clock_id"))
    return row


def customers_of_ids(ids: Collection[str]) -> list[Row]:
    """The rows of these customers, deleted or not, in one query."""
    own = own_customer_id()
    seen = [customer_id for customer_id in ids if own in {None, customer_id}]
    return list(database().customers.find({"_id": {"$in": seen}}))


def list_customers(
    *,
    status: str | None = None,
    email: str | None = None,
    external_id: str | None = None,
    test_clock_id: str | None = None,
    q: str | None = None,
    include_deleted: bool = False,
    **page: Unpack[PageArguments],
) -> Page:
    """Customers, newest first; `q` matches beginnings of words of name, email, external id."""
    filters = {
        "status": status,
        "email": email,
        "external_id": external_id,
        "test_clock_id": test_clock_id,
    }
    where: Row = {name: value for name, value in filters.items() if value is not None}
    if not include_deleted:
        where["deleted_at"] = None
    if q:
        where |= _search(q)
    if own := own_customer_id():
        where = {"$and": [where, {"_id": own}]}
    # Whole rows: a projection costs the server more than the two fields it would leave out.
    return paginate("customers", where, PageRequest(**page), sorts=SORTS)


def find_customer_ids(q: str, most: int = 200) -> list[str]:
    """Ids of customers that `q` matches, for searching what belongs to them."""
    rows = database().customers.find(_search(q), {"_id": 1}).limit(most)
    return [row["_id"] for row in rows]


def clock_customers(test_clock_id: str | None = None) -> list[str]:
    """The ids of those who live on the test clock, or on any; what is theirs is found by them."""
    where = {"test_clock_id": test_clock_id or {"$gt": ""}}
    return [row["_id"] for row in database().customers.find(where, {"_id": 1})]


def customer_names(customer_ids: list[str]) -> dict[str, str]:
    """Id to name, in one query."""
    rows = database().customers.find({"_id": {"$in": list(set(customer_ids))}}, {"name": 1})
    return {row["_id"]: row["name"] for row in rows}


def _search(q: str) -> Row:
    return {"_id": q.strip()} if q.strip().startswith("cus_") else matching(q)


def language_of(customer_id: str | None) -> str | None:
    """The language tag a customer is written to in; None for no customer."""
    found = database().customers.find_one({"_id": customer_id}, {"preferences.locale": 1})
    return str(found["preferences"]["locale"]) if found else None
