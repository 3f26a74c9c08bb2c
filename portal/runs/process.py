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
    try:
        with acting_as(actor_of_environment()):
            run = continue_run(run_id)
    except PyMongoError as error:
        _log.warning("Billing run %s was interrupted: %s", run_id, type(error).__name__)
        return 1
    finally:
        database.disconnect()
    _log.info("Billing run %s: %s invoices", run_id, run.invoiced)
    return 0


def actor_of_environment() -> Actor:
    """Who asked for the work of this process, as far as the audit trail tells."""
    id_, name = (os.environ.get(f"DUEBILL_ACTOR_{part}", "") for part in ("ID", "NAME"))
    if os.environ.get("DUEBILL_ACTOR_TYPE") == "client":
        return Actor(type="client", id=id_, name=name)
    return Actor(type="user", id=id_, name=name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
