"""Approving a dry run: what was looked at is what is run, or the run refuses itself.

The day and the scope are those of the dry run. Counts and sums in each currency are computed once
more by whoever begins the run, and must not differ materially.
"""

from datetime import date

from billing import clock
from billing.actors import current_actor
from billing.database import Row, database
from billing.events.journal import insert, record
from billing.idempotency.in_stages import note_begun
from billing.phrases import Day, Phrase
from billing.runs.dry_runs import COLLECTION, get_dry_run
from billing.runs.due import due_filter
from billing.runs.errors import DryRunNotApprovable, WhatIsDueChanged
from billing.runs.models import BillingRun
from billing.runs.preview import walk_due
from billing.runs.proof import Tally
from billing.transactions import operation

_ONE_IN = 200
"""A difference of more than one in so many is material: of few invoices that is any."""


@operation
def approve_dry_run(dry_run_id: str) -> BillingRun:
    """A new run over what the dry run showed, on which nobody works yet.

    Raises DryRunNotFound, DryRunNotApprovable and WhatIsDueChanged.
    """
    row = get_dry_run(dry_run_id)
    _check_approvable(row)
    as_of = date.fromisoformat(row["as_of_date"]) if row["as_of_date"] else None
    due = database().subscriptions.count_documents(due_filter(as_of))
    if is_material(row["total"], due):
        raise WhatIsDueChanged(
            "%(before)s subscriptions were due when this was computed, %(now)s are now. "
            "Look again before you approve.",
            before=row["total"],
            now=due,
        )
    run = BillingRun(
        as_of_date=as_of,
        heartbeat_at=clock.now(),
        dry_run_id=dry_run_id,
        approved_by=current_actor().name,
        approved={sum_["currency"]: _digest(sum_) for sum_ in row["sheet"]["sums"]},
    )
    reason = Phrase("Approved after the dry run %(dry_run)s", dry_run=dry_run_id)
    insert(run, "billing_run.started", reason=reason)
    database()[COLLECTION].update_one({"_id": dry_run_id}, {"$set": {"run_id": run.id}})
    note_begun(run.id)
    return run


def _check_approvable(row: Row) -> None:
    if row["status"] != "completed":
        raise DryRunNotApprovable("This dry run is not finished.")
    if row["run_id"]:
        raise DryRunNotApprovable("This dry run was approved before; look at the run it began.")
    if not row["as_of_date"] and row["day"] != clock.today().isoformat():
        raise DryRunNotApprovable(
            "This dry run was for %(day)s. Make one for today.", day=Day(row["day"])
        )


def is_as_approved(run: BillingRun) -> bool:
    """Whether what is due is still what was approved; else the run is refused and stays so.

    A run that nobody had to approve is. Looks at all that is due once more, writing nothing.
    """
    if not run.dry_run_id:
        return True
    tally = Tally(most_skips=0)
    for _, batches in walk_due(run.as_of_date, lambda *_: _beat(run.id)):
        for prepared in batches:
            tally.add(prepared)
    found = {
        currency: {"invoices": count, "amount": tally.amounts[currency]}
        for currency, count in tally.invoices.items()
    }
    if differs(dict(run.approved), found):
        _refuse(run.id, found)
        return False
    return True


def differs(before: dict[str, Row], now: dict[str, Row]) -> bool:
    """Whether counts or sums in any currency are materially others. Rows {invoices, amount}."""
    none = {"invoices": 0, "amount": 0}
    return any(
        is_material(before.get(currency, none)[name], now.get(currency, none)[name])
        for currency in before.keys() | now.keys()
        for name in none
    )


def is_material(before: int, now: int) -> bool:
    """Whether a number differs by more than one in two hundred."""
    return _ONE_IN * abs(now - before) > abs(before)


@operation
def _refuse(run_id: str, found: dict[str, Row]) -> None:
    where = {"_id": run_id, "status": "preparing"}
    refused = {"status": "refused", "found": found, "finished_at": clock.now()}
    if database().billing_runs.update_one(where, {"$set": refused}).modified_count:
        run = BillingRun.objects(id=run_id).first()
        reason = Phrase("What is due has changed since the approval")
        record(run, "billing_run.refused", reason=reason)


def _beat(run_id: str) -> None:
    where = {"_id": run_id, "status": "preparing"}
    database().billing_runs.update_one(where, {"$set": {"heartbeat_at": clock.now()}})


def _digest(sum_: Row) -> Row:
    return {"invoices": sum_["invoices"], "amount": sum_["amount"]}
