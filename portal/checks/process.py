"""`python -m portal.checks.process CHECK_ID`: check the books to the end."""

import sys

from billing.runs.books_checks import carry_out as check
from portal.processes import carry_out


def main(check_id: str) -> int:
    """The exit code."""
    return carry_out(f"Check {check_id}", lambda: f"{check(check_id)['offence_count']} offences")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
