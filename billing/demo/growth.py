"""What the demo's subscribers do between subscribing and leaving: use, upgrade, pause."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from billing import clock
from billing.actors import acting_as
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription
from billing.demo.agenda import Agenda
from billing.demo.catalogue import METER
from billing.demo.staff import Staff
from billing.inputs import merge
from billing.plans.models import Plan
from billing.plans.queries import get_plan
from billing.subscriptions.inputs import PauseSubscription, SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.usage.inputs import UsageEventInput
from billing.usage.record_usage import record_usage

_EVERY = timedelta(days=6)


@dataclass(slots=True)
class Growth:
    """Puts it on the agenda; what finds its subscription ended or paused by then is left out."""

    agenda: Agenda
    staff: Staff
    plans: dict[str, Plan]
    random: Random

    def begin(self, subscription_id: str, plan: str) -> None:
        """Decide what is to become of a subscription that began today."""
        if plan == "platform":
            self._use_again(subscription_id, self.random.randint(2_000, 30_000))
        elif plan == "starter" and self.random.random() < 0.3:
            self._later(40, 300, subscription_id, self._upgrade)
        elif plan in {"messages", "studio"} and self.random.random() < 0.6:
            act = self.random.choice((self._book_more, self._book_more, self._book_less))
            self._later(20, 300, subscription_id, act)
        elif (chance := self.random.random()) < 0.05:
            self._later(40, 200, subscription_id, self._pause)
        elif chance < 0.5 and self.plans[plan].pricing_model == "flat":
            self._later(60, 400, subscription_id, self._agree_anew)

    def _use_again(self, subscription_id: str, calls: int) -> None:
        self._put(self.agenda.day + _EVERY, lambda: self._use(subscription_id, calls))

    def _use(self, subscription_id: str, calls: int) -> None:
        subscription = get_subscription(subscription_id)
        ended = subscription.end_date and subscription.end_date <= self.agenda.day
        if ended or not subscription.is_live:  # ended, though no run may have seen it yet
            return
        event = UsageEventInput(
            subscription_id=subscription_id,
            meter=str(METER["key"]),
            value=calls * self.random.randint(60, 140) // 100,
            occurred_at=clock.now(),
            idempotency_key=f"{subscription_id}-{self.agenda.day}",
        )
        record_usage([event])
        self._use_again(subscription_id, calls)

    def _upgrade(self, subscription: Subscription) -> None:
        self._change(subscription, plan_id=self.plans["team"].id, price=None)

    def _agree_anew(self, subscription: Subscription) -> None:
        """A higher price for more of it."""
        agreed = subscription.price
        before = get_plan(subscription.plan_id).price if agreed is None else agreed
        price = before * self.random.choice((120, 130, 150, 160)) // 100
        self._change(subscription, price=price)

    def _book_more(self, subscription: Subscription) -> None:
        self._change(subscription, quantity=subscription.quantity * 3 // 2)

    def _book_less(self, subscription: Subscription) -> None:
        self._change(subscription, quantity=subscription.quantity * 3 // 4)

    def _change(self, subscription: Subscription, **values: object) -> None:
        data = merge(SubscriptionChange, as_input(subscription), values)
        update_subscription(subscription.id, data)

    def _pause(self, subscription: Subscription) -> None:
        back = self.agenda.day + timedelta(days=self.random.randint(20, 60))
        pause_subscription(subscription.id, PauseSubscription(resumes_on=back))

    def _later(
        self, least: int, most: int, subscription_id: str, act: Callable[[Subscription], None]
    ) -> None:
        def if_active() -> None:
            subscription = get_subscription(subscription_id)
            if subscription.status == "active" and not subscription.cancel_at_period_end:
                act(subscription)

        self._put(self.agenda.day + timedelta(days=self.random.randint(least, most)), if_active)

    def _put(self, day: date, action: Callable[[], object]) -> None:
        def act() -> None:
            with acting_as(self.staff.actor("support")):
                action()

        self.agenda.put(day, act)
