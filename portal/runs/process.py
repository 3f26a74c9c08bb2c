"""`python -m portal.runs.process RUN_ID`: work on a run until it is finished."""

import sys

from billing.runs.ending import end_on_sigterm
from billing.runs.run_billing import continue_run
from portal.processes import carry_out


def main(run_id: str) -> int:
    """The exit code."""
    end_on_sigterm()
    return carry_out(f"Billing run {run_id}", lambda: f"{continue_run(run_id).invoiced} invoices")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
