"""How a run looks from outside."""

from typing import Any

from billing.runs.models import BillingRun
from billing.runs.proof import ProofSheet
from billing.runs.queries import proof_of, run_status
from billing.shapes import instant


def run_view(run: BillingRun) -> dict[str, Any]:
    """The API's shape of a run with its proof sheet as far as it has got."""
    row = run.row()
    return {
        "id": run.id,
        "object": "billing_run",
        "dry_run": False,
        "status": run_status(row),
        "progress": {"done": run.done_subscriptions, "total": run.due_subscriptions},
        **proof_view(proof_of(run)),
        "created_at": instant(row["created_at"]),
        "finished_at": instant(row.get("finished_at")),
    }


def preview_view(sheet: ProofSheet) -> dict[str, Any]:
    """The API's shape of a dry run, which is not kept and so has no id."""
    run: dict[str, Any] = {"id": None, "object": "billing_run", "dry_run": True}
    ended = {"progress": None, "created_at": None, "finished_at": None}
    return {**run, "status": "completed", **proof_view(sheet), **ended}


def proof_view(sheet: ProofSheet) -> dict[str, Any]:
    """The API's shape of a proof sheet."""
    return {
        "as_of_date": sheet.as_of_date.isoformat() if sheet.as_of_date else None,
        "due": sheet.due,
        "invoiced": sheet.invoiced,
        "skipped": sheet.skipped,
        "ended": sheet.ended,
        "still_due": sheet.still_due,
        "sums": sheet.sums,
        "skips": [
            {
                "subscription_id": skip.subscription_id,
                "customer_id": skip.customer_id,
                "code": skip.code,
                "message": skip.message,
            }
            for skip in sheet.skips
        ],
    }
