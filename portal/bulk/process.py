"""`python -m portal.bulk.process ACTION_ID`: work on a bulk action until nothing waits."""

import logging
import logging.config
import os
import sys

from pymongo.errors import PyMongoError

from billing import database
from billing.actors import acting_as
from billing.bulk.carry_out import carry_out
from portal.runs.process import actor_of_environment
from portal.telemetry import logging_config

_log = logging.getLogger("duebill.bulk")


def main(action_id: str) -> int:
    """The exit code: 0 when every row is done or refused."""
    logging.config.dictConfig(logging_config(os.environ.get("LOG_LEVEL") or "info"))
    database.connect(os.environ["MONGODB_URI"])
    try:
        with acting_as(actor_of_environment()):
            action = carry_out(action_id)
    except PyMongoError as error:
        _log.warning("Bulk action %s was interrupted: %s", action_id, type(error).__name__)
        return 1
    finally:
        database.disconnect()
    _log.info("Bulk action %s: %s rows", action_id, action.count)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
