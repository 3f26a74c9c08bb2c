"""Filling an empty database with a believable company, through the same operations as life."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from billing import clock
from billing.coupons.inputs import CouponInput
from billing.coupons.save_coupon import create_coupon
from billing.customers.queries import list_customers
from billing.database import database
from billing.demo.agenda import Agenda, moment
from billing.demo.catalogue import COUPONS, METER, PLANS, SELLER, TAX_RATES
from billing.demo.errors import DatabaseInUse
from billing.demo.habits import Habits
from billing.demo.history import History
from billing.demo.staff import Staff, demo_email, hire, invite
from billing.dunning.run_dunning import run_dunning
from billing.inputs import parse
from billing.mail.outbox import kept_only
from billing.periods import add_months
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import create_plan
from billing.runs.run_billing import run_billing
from billing.schema import version_mark
from billing.seller.models import kept_seller
from billing.taxes.inputs import TaxRateInput
from billing.taxes.save_tax_rate import create_tax_rate
from billing.usage.inputs import MeterInput
from billing.usage.save_meter import create_meter

_SEED = 2026
_DAYS_SINCE_RUN = 3  # so that a few subscriptions are due when somebody looks


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made: how many of what, and who can sign in with which password."""

    password: str
    logins: list[tuple[str, str]]
    counts: dict[str, int]


def make_demo(
    *,
    customers: int = 160,
    months: int = 24,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Demo:
    """Live through the last `months` months up to yesterday, billing each week and reminding daily.

    The same day gives the same company, its password apart. `on_progress(done, total)` counts
    days. Raises DatabaseInUse when there are customers or users of the demo already.
    """
    _refuse_if_in_use()
    yesterday = clock.today() - timedelta(days=1)
    agenda = Agenda(add_months(yesterday.replace(day=1), -months), yesterday)
    random = Random(_SEED)  # noqa: S311 -- decides nothing secret  # nosec B311
    password = secrets.token_urlsafe(12)
    with clock.frozen(moment(agenda.day)):
        staff, plans = hire(password), _open_shop()
        taxes = {
            currency: create_tax_rate(parse(TaxRateInput, values)).id
            for currency, values in TAX_RATES.items()
        }
    history = History(agenda, staff, plans, random, taxes)
    history.plan_all(customers)
    with kept_only():
        agenda.live(_daily(agenda, staff, random), on_progress)
    return _finish(staff, history, password)


def _refuse_if_in_use() -> None:
    begun = database().users.find_one({"email": demo_email("admin")}, {"_id": 1})
    if begun or list_customers(include_deleted=True, limit=1).items:
        raise DatabaseInUse(
            "This database is in use, and made-up data does not belong among real customers. "
            "Use an empty one: DATA_DIR=var-demo make demo."
        )


def _open_shop() -> dict[str, Plan]:
    settings = {**SELLER, **version_mark("settings")}
    database().settings.update_one({"_id": "seller"}, {"$setOnInsert": settings}, upsert=True)
    kept_seller.changed()
    create_meter(parse(MeterInput, METER))
    for values in COUPONS:
        create_coupon(parse(CouponInput, values))
    return {key: create_plan(parse(PlanInput, values)) for key, values in PLANS.items()}


def _daily(agenda: Agenda, staff: Staff, random: Random) -> Callable[[], None]:
    """What ends each day: reminders, the weekly billing run, a look at the new invoices."""
    habits = Habits(agenda, staff, random)
    weekday = (agenda.last - timedelta(days=_DAYS_SINCE_RUN - 1)).weekday()

    def end_of_day() -> None:
        if agenda.day.weekday() == weekday and _anything_due(agenda.day):
            run_billing(agenda.day)
        run_dunning(agenda.day)
        habits.settle_new()

    return end_of_day


def _anything_due(day: date) -> bool:
    due = {"next_billing_date": {"$gt": "", "$lte": day.isoformat()}}
    return database().subscriptions.find_one(due, {"_id": 1}) is not None


def _finish(staff: Staff, history: History, password: str) -> Demo:
    own = invite(history.customer_ids[0], "Noor Haddad", password)
    users = [*staff.users, own]
    names = ("customers", "plans", "subscriptions", "invoices", "payments", "billing_runs")
    counts = {name: database()[name].count_documents({}) for name in names}
    return Demo(password, [(user.role, user.email) for user in users], counts)
