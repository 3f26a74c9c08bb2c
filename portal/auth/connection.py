"""The line to an OpenID provider: how long it is waited for, and by how many.

An unanswered question takes a thread, and anybody may press the button: so each has a timeout, few
wait at once, and a provider that failed is left alone for a while.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any

from authlib.integrations.flask_client import FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from billing.oidc_settings import OidcSettings
from portal.auth.discovery import checked_metadata, discovery_url
from portal.auth.pending import PendingSignIns
from portal.auth.trouble import ProviderAway, logged

TIMEOUT = 5.0  # seconds that the provider may let us wait
MOST_WAITING = 4  # threads of a process; the others go on serving
_KEPT = 3600.0  # seconds that its description and keys are believed
_PAUSE = 10.0  # seconds after a failure in which it is not asked again

logging.getLogger("authlib").setLevel(logging.INFO)  # below, it writes code verifiers down


class DirectSession(OAuth2Session):  # type: ignore[misc]
    """Goes where it is sent and nowhere else: no endpoint of a provider redirects."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, default_timeout=TIMEOUT, leeway=0, **kwargs)
        self.max_redirects = 0


class Connection(FlaskOAuth2App):  # type: ignore[misc]
    """Authlib's client of one provider, for all threads."""

    client_cls = DirectSession

    def __init__(self, settings: OidcSettings) -> None:
        super().__init__(
            PendingSignIns("oidc"),
            "oidc",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            client_kwargs={"scope": settings.oidc_scopes, "code_challenge_method": "S256"},
        )
        self.issuer = str(settings.oidc_issuer)
        self._waiting = BoundedSemaphore(MOST_WAITING)
        self._lock = Lock()
        self._ask_at = 0.0

    @contextmanager
    def line(self) -> Iterator[None]:
        """Within, the provider may be asked. Raises ProviderAway where enough are waiting."""
        if not self._waiting.acquire(timeout=1):
            raise logged(ProviderAway(), "too many wait for the provider")
        try:
            yield
        finally:
            self._waiting.release()

    def load_server_metadata(self) -> dict[str, Any]:
        """What the provider says of itself, asked for when it is first needed.

        Raises ProviderAway.
        """
        with self._lock:
            if time.monotonic() >= self._ask_at:
                self.server_metadata = self._discovered()
                self._ask_at = time.monotonic() + (_KEPT if self.server_metadata else _PAUSE)
        if not self.server_metadata:
            raise ProviderAway
        return self.server_metadata

    def _discovered(self) -> dict[str, Any]:
        """Nothing where it cannot be had."""
        try:
            with self._get_session() as http:
                answer = http.get(discovery_url(self.issuer), withhold_token=True)
                answer.raise_for_status()
                return checked_metadata(answer.json(), self.issuer)
        except (RecursionError, RequestException, ValueError) as error:
            logged(ProviderAway(), error)
            return {}
