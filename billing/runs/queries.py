"""Finding runs and what they did."""

from datetime import timedelta
from typing import Unpack

from billing import clock
from billing.database import Row, database
from billing.invoices.prepare_bills import Skip
from billing.kept_phrases import retold
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.runs.errors import BillingRunNotFound
from billing.runs.models import BillingRun, skip_key
from billing.runs.proof import ProofSheet

SORTS = {"created_at": "_id"}
_SILENCE = timedelta(seconds=30)


def get_run(run_id: str) -> BillingRun:
    """The run. Raises BillingRunNotFound."""
    run: BillingRun | None = BillingRun.objects(id=run_id).first()
    if run is None:
        raise BillingRunNotFound("There is no such billing run.")
    return run


def list_runs(**page: Unpack[PageArguments]) -> Page:
    """Runs, newest first."""
    return paginate("billing_runs", {}, PageRequest(**page), sorts=SORTS)


def run_status(row: Row) -> str:
    """`preparing`, `running`, `completed`, `stopped` by somebody, `refused` since what is due was
    no longer what was approved, or `interrupted` when nobody has worked for a while."""
    status = str(row["status"])
    last_sign = row.get("heartbeat_at") or row["created_at"]
    silent = clock.now() - last_sign > _SILENCE
    return "interrupted" if status in {"preparing", "running"} and silent else status


def run_skips(run_id: str, most: int = 1000) -> list[Skip]:
    """The first `most` subscriptions that the run skipped, with the reasons."""
    rows = database().run_skips.find({"run_id": run_id}).sort("_id", 1).limit(most)
    fields = ("subscription_id", "customer_id", "code")
    return [Skip(**{name: row[name] for name in fields}, message=retold(row)) for row in rows]


def skipped_by(run_id: str, subscription_ids: list[str]) -> set[str]:
    """Those of the subscriptions that the run skipped."""
    keys = [skip_key(run_id, subscription_id) for subscription_id in subscription_ids]
    rows = database().run_skips.find({"_id": {"$in": keys}}, {"subscription_id": 1})
    return {row["subscription_id"] for row in rows}


def proof_of(run: BillingRun) -> ProofSheet:
    """What the run did so far, from its own counts."""
    sums = [{"currency": currency, **sum_} for currency, sum_ in sorted(run.sums.items())]
    return ProofSheet(
        run.as_of_date, run.invoiced, run.ended, run.skipped, sums, run_skips(run.id), run.still_due
    )
