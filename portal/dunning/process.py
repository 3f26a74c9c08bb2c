"""`python -m portal.dunning.process RUN_ID`: take every step of reminding that is due."""

import logging
import logging.config
import os
import sys

from pymongo.errors import PyMongoError

from billing import database
from billing.actors import acting_as
from billing.dunning.runs import carry_out_dunning
from portal.runs.process import actor_of_environment
from portal.telemetry import logging_config

_log = logging.getLogger("duebill.dunning")


def main(run_id: str) -> int:
    """The exit code: 0 when every step that was due is taken."""
    logging.config.dictConfig(logging_config(os.environ.get("LOG_LEVEL") or "info"))
    database.connect(os.environ["MONGODB_URI"])
    try:
        with acting_as(actor_of_environment()):
            dunned = carry_out_dunning(run_id)
    except PyMongoError as error:
        _log.warning("Dunning %s was interrupted: %s", run_id, type(error).__name__)
        return 1
    finally:
        database.disconnect()
    _log.info("Dunning %s: %s reminded", run_id, dunned.reminded)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
