"""`python -m portal.checks.process CHECK_ID`: check the books to the end."""

import logging
import logging.config
import os
import sys

from pymongo.errors import PyMongoError

from billing import database
from billing.runs.books_checks import carry_out
from portal.telemetry import logging_config

_log = logging.getLogger("duebill.checks")


def main(check_id: str) -> int:
    """The exit code: 0 when the check is finished, whatever it found."""
    logging.config.dictConfig(logging_config(os.environ.get("LOG_LEVEL") or "info"))
    database.connect(os.environ["MONGODB_URI"])
    try:
        row = carry_out(check_id)
    except PyMongoError as error:
        _log.warning("Check %s was interrupted: %s", check_id, type(error).__name__)
        return 1
    finally:
        database.disconnect()
    _log.info("Check %s: %s offences", check_id, row["offence_count"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
