"""Refusals about API clients. The endpoints of OAuth itself answer with the codes of RFC 6749."""

from billing.errors import Conflict, Invalid, NotFound


class ClientNotFound(NotFound):
    """There is no such API client."""

    code = "oauth_client_not_found"


class ClientIsRevoked(Conflict):
    """A client that was revoked stays so; create another one."""

    code = "oauth_client_revoked"


class ClientTypeIsFixed(Invalid):
    """Whether a client can keep a secret is decided when it is created."""

    code = "oauth_client_type_fixed"


class ClientHasNoSecret(Conflict):
    """A public client cannot keep a secret, so it has none that could be rotated."""

    code = "oauth_client_without_secret"
