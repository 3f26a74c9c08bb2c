"""`python -m portal.personal_data.process ID`: carry out an erasure that was begun."""

import sys

from billing.personal_data.erase import carry_out_erasure
from billing.settings import Settings
from portal.processes import carry_out


def main(id_: str) -> int:
    """The exit code."""
    years = Settings.load().retention_years
    return carry_out(f"Erasure of {id_}", lambda: str(carry_out_erasure(id_, years).get("state")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
