"""Credit given or taken back by hand."""

from billing.customers.credit import add_credit
from billing.customers.errors import NoCreditMoved
from billing.customers.inputs import AdjustCredit
from billing.customers.models import Customer
from billing.customers.queries import get_customer, get_live_customer
from billing.events.journal import record
from billing.transactions import operation


@operation
def adjust_credit(
    customer_id: str, data: AdjustCredit, expected_revision: int | None = None
) -> Customer:
    """Grant credit, or take it back where the amount is negative.

    Raises CustomerNotFound, CustomerDeleted, StaleRevision, NoCreditMoved, CreditInsufficient.
    """
    customer = get_live_customer(customer_id)
    customer.check_revision(expected_revision)
    if data.amount == 0:
        raise NoCreditMoved("must not be zero", field="amount")
    currency = data.currency or customer.preferences.currency
    balance = add_credit(customer_id, currency, data.amount, reason=data.reason)
    changes = {f"credit_balances.{currency}": [balance - data.amount, balance]}
    record(customer, "customer.credit_adjusted", reason=data.reason, changes=changes)
    return get_customer(customer_id)
