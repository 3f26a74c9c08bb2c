"""A client as Authlib asks about it."""

from authlib.oauth2.rfc6749 import ClientMixin

from billing.oauth.client_secrets import secret_matches
from billing.oauth.models import Client
from billing.oauth.redirects import is_registered


class KnownClient(ClientMixin):
    """Answers the library's questions about an active client, its `document`."""

    def __init__(self, document: Client) -> None:
        self.document = document

    def get_client_id(self) -> str:
        return str(self.document.id)

    def get_default_redirect_uri(self) -> str | None:
        """Where there is no choice, nothing needs to be said."""
        uris = self.document.redirect_uris
        return uris[0] if len(uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What it may have of `scope`, of all where it names none; None when that is nothing."""
        own = self.document.scopes
        asked = scope.split() if scope else own
        return " ".join(one for one in own if one in asked) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        own = self.document.redirect_uris
        return is_registered(redirect_uri, own, any_port=self.document.is_public)

    def check_client_secret(self, client_secret: str) -> bool:
        return secret_matches(self.document, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Its own way of proving who it is; to end or look at tokens, any that shows its secret.

        That is what the registered name says (RFC 7591 §2), and libraries, which have a way of
        their own for the other endpoints, hold us to it.
        """
        if endpoint == "token" or self.document.is_public:
            return bool(self.document.token_endpoint_auth_method == method)
        return method != "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.document.grant_types
