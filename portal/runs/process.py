"""`python -m portal.runs.process RUN_ID`: work on a run until it is finished."""

import logging
import logging.config
import os
import sys

from pymongo.errors import PyMongoError

from billing import database
from billing.actors import Actor, acting_as
from billing.runs.run_billing import continue_run
from portal.telemetry import logging_config

_log = logging.getLogger("duebill.runs")


def main(run_id: str) -> int:
    """The exit code: 0 when the run is as finished as this process can make it."""
    logging.config.dictConfig(logging_config(os.environ.get("LOG_LEVEL") or "info"))
    database.connect(os.environ["MONGODB_URI"])
    name = os.environ.get("DUEBILL_ACTOR_NAME", "")
    actor = Actor(type="user", id=os.environ.get("DUEBILL_ACTOR_ID", ""), name=name)
    try:
        with acting_as(actor):
            run = continue_run(run_id)
    except PyMongoError as error:
        _log.warning("Billing run %s was interrupted: %s", run_id, type(error).__name__)
        return 1
    finally:
        database.disconnect()
    _log.info("Billing run %s: %s invoices", run_id, run.invoiced)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
