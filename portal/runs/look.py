"""`python -m portal.runs.look DRY_RUN_ID`: carry out a dry run to its end."""

import sys

from billing.runs.dry_runs import carry_out_dry_run
from portal.processes import carry_out


def main(dry_run_id: str) -> int:
    """The exit code."""

    def work() -> str:
        sheet = carry_out_dry_run(dry_run_id)["sheet"]
        return f"{sheet['invoiced']} invoices"

    return carry_out(f"Dry run {dry_run_id}", work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
