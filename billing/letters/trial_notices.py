"""The job that tells customers that their trial ends soon, once for each end."""

import logging
from datetime import date, timedelta
from functools import partial

from pymongo.errors import PyMongoError

from billing import clock
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.database import Row, streamed
from billing.invoices.mails import is_wanted
from billing.mail.outbox import queue_mail
from billing.maintenance.held import is_held
from billing.plans.queries import plan_names
from billing.seller import current_seller
from billing.transactions import in_transaction

_log = logging.getLogger("duebill.mail")

AHEAD = timedelta(days=3)
"""How long before its end."""
_REST_SECONDS = 600.0
_NEVER = "9999-12-31"
_FIELDS = {"customer_id": 1, "plan_id": 1, "trial_end_date": 1, "end_date": 1}


class TrialNotices:
    """Queues what is due, every ten minutes."""

    name = "trial notices"

    def work(self) -> float:
        """One round; the seconds until the next."""
        if not is_held():
            notify_of_trials(clock.today())
        return _REST_SECONDS

    def finish(self, seconds: float) -> None:
        """Nothing is held."""


def notify_of_trials(today: date) -> int:
    """Queue a mail for each trial that ends within three days and goes on to be paid for; how
    many trials that were, told of before or now.

    Trials of test clocks end at times of their own and are left alone.
    """
    if not current_seller()["mails"]["trials"]:
        return 0
    return sum(_is_told(row) for row in _ending(today))


def _ending(today: date) -> list[Row]:
    until = (today + AHEAD).isoformat()
    soon: Row = {
        "next_billing_date": {"$gt": today.isoformat(), "$lte": until},
        "status": "trialing",
        "trial_end_date": {"$lte": until},
        "cancel_at_period_end": False,
        "test_clock_id": None,
    }
    rows = streamed("subscriptions", soon, _FIELDS).hint("next_billing")
    return [row for row in rows if (row.get("end_date") or _NEVER) > row["trial_end_date"]]


def _is_told(row: Row) -> bool:
    try:
        return in_transaction(partial(_notify, row))
    except PyMongoError:
        raise  # nobody could be told now
    except Exception:  # noqa: BLE001 -- it is logged, and tried again in the next round
        _log.exception("The end of the trial of %s was not told of", row["_id"])
        return False


def _notify(row: Row) -> bool:
    customer = get_customer(row["customer_id"])
    if not is_wanted(customer.preferences.invoice_delivery, customer.email):
        return False
    _queue(row, customer)
    return True


def _queue(row: Row, customer: Customer) -> None:
    plan = plan_names([row["plan_id"]])[row["plan_id"]]
    queue_mail(
        "trial_ending",
        to=customer.email,
        language=customer.preferences.locale,
        facts={"name": customer.name, "plan": plan, "trial_end": row["trial_end_date"]},
        customer_id=customer.id,
        about=row["_id"],
        once=f"trial_ending:{row['_id']}:{row['trial_end_date']}",
    )
