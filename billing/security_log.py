"""Security events that change nothing: a line of the log each, beside the audit trail.

What happened to an account is in the audit trail as well (billing.users.alarms). What anybody on
the network can cause as often as they like is only here, so that nobody can fill the database.
`docs/security.md` lists them. Source: OWASP ASVS 5.0, V16.3.
"""

import logging

from billing.actors import current_actor

_log = logging.getLogger("duebill.security")


def security_event(event: str, **about: object) -> None:
    """Tell that `event` (`sign_in.refused`) happened, to whom it may have, and where it came from.

    `about` is never what was typed: a password may have been typed as an email.
    """
    actor = current_actor()
    who: dict[str, object] = {"event": event, "actor_type": actor.type, "actor_id": actor.id}
    known = {**who, "ip": actor.ip, "request_id": actor.request_id, **about}
    fields = {name: value for name, value in known.items() if value not in {None, ""}}
    _log.warning("Security: %s", event, extra={"fields": fields})
