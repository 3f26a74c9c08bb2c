"""`python -m portal.dunning.process RUN_ID`: take every step of reminding that is due."""

import sys

from billing.dunning.runs import carry_out_dunning
from portal.processes import carry_out


def main(run_id: str) -> int:
    """The exit code."""
    return carry_out(f"Dunning {run_id}", lambda: f"{carry_out_dunning(run_id).reminded} reminded")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
