"""The OpenID provider that staff sign in with.

Authorization code with PKCE (S256), state and nonce by Authlib's Flask client; here is what that
leaves to its users. Sources: OpenID Connect Core 1.0 §3.1, RFC 9700, RFC 9207.
"""

from collections.abc import Mapping
from typing import Any

from authlib.integrations.flask_client import OAuthError
from flask import redirect, request, session
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException

from billing.oidc_settings import OidcSettings
from billing.users.identity import claimed_values
from portal.auth.connection import Connection
from portal.auth.trouble import (
    AnswerNotTrusted,
    Declined,
    NotBegun,
    ProviderAway,
    TooWeak,
    logged,
)

_LEEWAY = 60  # seconds that the provider's clock and ours may differ
_MALFORMED = (JoseError, KeyError, RecursionError, TypeError, ValueError)


class Provider(Connection):
    """One provider; what belongs to one sign-in is in the reader's session."""

    def __init__(self, settings: OidcSettings, redirect_uri: str) -> None:
        super().__init__(settings)
        self._role_claim = settings.oidc_role_claim
        self._acr_values = (settings.oidc_acr_values or "").split()
        self._redirect_uri = redirect_uri

    def begin(self, target: str | None) -> ResponseReturnValue:
        """Send the reader to the provider, to go on to `target` afterwards. Raises ProviderAway."""
        with self.line():
            wishes = {"acr_values": " ".join(self._acr_values)} if self._acr_values else {}
            asked = self.create_authorization_url(self._redirect_uri, **wishes)
        url = asked.pop("url")
        self.save_authorize_data(next=target, **asked)
        return redirect(url)

    def finish(self) -> tuple[Mapping[str, Any], str | None]:
        """The verified claims of who comes back, and where they wanted to go.

        Raises SignInFailed.
        """
        state = request.args.get("state")
        asked = self.framework.get_state_data(session, state)
        if asked is None:
            raise NotBegun
        try:
            with self.line():
                self._check_answer()
                return self._claims(), asked.get("next")
        except RequestException as error:
            raise logged(ProviderAway(), error) from error
        except (OAuthError, *_MALFORMED) as error:
            raise logged(AnswerNotTrusted(), error) from error
        finally:
            self.framework.clear_state_data(session, state)

    def _check_answer(self) -> None:
        """The redirect itself: from this provider, and with a code."""
        issuer = request.args.get("iss")
        must_tell = self.load_server_metadata()["sends_issuer"]
        if issuer != self.issuer and (must_tell or issuer is not None):
            raise ValueError("the answer is another provider's")
        if error := request.args.get("error"):
            raise logged(Declined(error), error)
        if not request.args.get("code"):
            raise ValueError("the answer has no code")

    def _claims(self) -> Mapping[str, Any]:
        token = self.authorize_access_token(
            redirect_uri=self._redirect_uri,
            leeway=_LEEWAY,
            claims_options={
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.client_id},
            },
        )
        # Checked here: without an id token the key `userinfo` is whatever the answer had there.
        if "id_token" not in token:
            raise ValueError("the answer has no id token")
        claims = token["userinfo"]
        if not 0 < len(claims["sub"]) <= 255:
            raise ValueError("sub is empty or too long")
        # A wish that the provider may not grant (§5.5.1.1), so what it did counts.
        if self._acr_values and claims.get("acr") not in self._acr_values:
            raise logged(TooWeak(), f"acr is {claims.get('acr')!r}")
        return self._with_userinfo(claims, token)

    def _with_userinfo(self, claims: Mapping[str, Any], token: Any) -> Mapping[str, Any]:
        """The claims, and those that only the userinfo endpoint tells (§5.3, §5.4)."""
        has_role = self._role_claim is None or claimed_values(claims, self._role_claim)
        if has_role and "email" in claims:
            return claims
        if "userinfo_endpoint" not in self.load_server_metadata():
            return claims
        more = self.userinfo(token=token)
        if more.get("sub") != claims["sub"]:
            raise ValueError("the userinfo is about somebody else")
        source = more if "email" in more else claims  # whether it is verified is said beside it
        email = {name: source.get(name) for name in ("email", "email_verified")}
        return {**claims, **more, **email, "iss": self.issuer}
