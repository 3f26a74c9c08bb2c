"""What every process does that works for a page: connect, act for whoever asked, and end well.

`portal.runs.launch.launch` starts them.
"""

import logging
import logging.config
import os
from collections.abc import Callable

from pymongo.errors import PyMongoError

from billing import database
from billing.actors import Actor, acting_as
from billing.closing import Closed, refuse_while_closed
from billing.tracing import span
from portal import tracing
from portal.telemetry import logging_config

_log = logging.getLogger("duebill.processes")


def carry_out(what: str, work: Callable[[], str]) -> int:
    """The exit code: 0 when `work` is as finished as this process can make it, which it says in a
    few words; 1 when the database went away, or is being replaced by a backup."""
    logging.config.dictConfig(logging_config(os.environ.get("LOG_LEVEL") or "info"))
    tracing.begin("process")
    database.connect(os.environ["MONGODB_URI"])
    try:
        refuse_while_closed()
        with acting_as(_actor_of_environment()), span(what):
            came_to = work()
    except (PyMongoError, Closed) as error:
        _log.warning("%s was interrupted: %s", what, type(error).__name__)
        return 1
    finally:
        database.disconnect()
    _log.info("%s: %s", what, came_to)
    return 0


def _actor_of_environment() -> Actor:
    """Who asked for the work of this process, as far as the audit trail tells."""
    id_, name = (os.environ.get(f"DUEBILL_ACTOR_{part}", "") for part in ("ID", "NAME"))
    type_ = os.environ.get("DUEBILL_ACTOR_TYPE")
    if type_ == "system":
        return Actor(type="system", name=name)
    if type_ == "client":
        return Actor(type="client", id=id_, name=name)
    return Actor(type="user", id=id_, name=name)
