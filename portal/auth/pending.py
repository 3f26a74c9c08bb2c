"""Sign-ins that have been sent to the provider and have not come back yet."""

import time
from typing import Any

from authlib.integrations.flask_client import FlaskIntegration


class PendingSignIns(FlaskIntegration):  # type: ignore[misc]
    """What was asked, by its state, in the session of the browser that asked.

    Each counts for ten minutes and once. No more than three are kept, for as many tabs: a cookie
    holds 4 kB, and a browser drops one that is larger.
    """

    expires_in = 600
    most = 3

    def get_state_data(self, session: Any, state: str | None) -> dict[str, Any] | None:
        """What was asked with this state, unless that is too long ago."""
        kept = session.get(f"_state_{self.name}_{state}")
        return kept["data"] if kept and kept["exp"] > time.time() else None

    def set_state_data(self, session: Any, state: str, data: dict[str, Any]) -> None:
        """Remember one more, in place of the oldest where there are enough."""
        mine = [key for key in session if key.startswith(f"_state_{self.name}_")]
        oldest_first = sorted(mine, key=lambda key: session[key]["exp"])
        for key in oldest_first[: max(0, len(mine) - self.most + 1)]:
            session.pop(key)
        super().set_state_data(session, state, data)
