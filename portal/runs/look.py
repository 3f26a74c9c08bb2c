"""`python -m portal.runs.look DRY_RUN_ID`: carry out a dry run to its end."""

import logging
import logging.config
import os
import sys

from pymongo.errors import PyMongoError

from billing import database
from billing.runs.dry_runs import carry_out_dry_run
from portal.telemetry import logging_config

_log = logging.getLogger("duebill.runs")


def main(dry_run_id: str) -> int:
    """The exit code: 0 when the dry run is finished."""
    logging.config.dictConfig(logging_config(os.environ.get("LOG_LEVEL") or "info"))
    database.connect(os.environ["MONGODB_URI"])
    try:
        row = carry_out_dry_run(dry_run_id)
    except PyMongoError as error:
        _log.warning("Dry run %s was interrupted: %s", dry_run_id, type(error).__name__)
        return 1
    finally:
        database.disconnect()
    _log.info("Dry run %s: %s invoices", dry_run_id, row["sheet"]["invoiced"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
