"""`python -m portal.bulk.process ACTION_ID`: work on a bulk action until nothing waits."""

import sys

from billing.bulk.carry_out import carry_out as work_on
from portal.processes import carry_out


def main(action_id: str) -> int:
    """The exit code."""
    return carry_out(f"Bulk action {action_id}", lambda: f"{work_on(action_id).count} rows")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
