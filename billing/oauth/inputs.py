"""What may be said of an API client."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from billing.errors import WrongValue
from billing.inputs import Input, Name, WholeNumber
from billing.oauth.redirects import redirect_uri
from billing.users.permissions import CLIENT_SCOPES

DEFAULT_OVERLAP_HOURS = 24


def _each_once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


ClientType = Literal["confidential", "public"]
AuthMethod = Literal["client_secret_basic", "client_secret_post", "none"]
GrantType = Literal["client_credentials", "authorization_code", "refresh_token"]
if TYPE_CHECKING:
    Scope = str
else:
    Scope = Literal[CLIENT_SCOPES]
RedirectUri = Annotated[
    str, Field(max_length=500, pattern=r"^https?://[!$-~]+$"), AfterValidator(redirect_uri)
]


class ClientInput(Input):
    """Creating an API client, or replacing what is known of one."""

    name: Name
    """Shown to the people whom it asks for access."""
    type: ClientType = "confidential"
    """`public` for programs that run on their users' devices; cannot be changed later."""
    token_endpoint_auth_method: AuthMethod | None = None
    """How it proves who it is: `client_secret_basic` unless told otherwise, `none` if public."""
    grant_types: Annotated[
        list[GrantType], Field(min_length=1, max_length=10), AfterValidator(_each_once)
    ] = Field(default=["client_credentials"])
    """How it gets tokens: for itself (`client_credentials`), or for a person who agrees
    (`authorization_code`, with `refresh_token` for longer than 15 minutes)."""
    redirect_uris: Annotated[
        list[RedirectUri], Field(max_length=20), AfterValidator(_each_once)
    ] = Field(default=[])
    """Where people are sent back to, character for character: https, or http to this computer."""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=100), AfterValidator(_each_once)]
    """What it can be given at most."""
    rate_limit: Annotated[WholeNumber, Field(ge=1, le=100_000)] | None = None
    """Requests a minute; null is the default of all clients."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.type == "public" and "client_credentials" in self.grant_types:
            raise WrongValue("grant_types of a public client cannot have client_credentials")
        method = self.token_endpoint_auth_method
        if method and (self.type == "public") != (method == "none"):
            raise WrongValue("token_endpoint_auth_method is none for public clients, and only then")
        if "authorization_code" in self.grant_types and not self.redirect_uris:
            raise WrongValue("redirect_uris are required for authorization_code")
        if "refresh_token" in self.grant_types and "authorization_code" not in self.grant_types:
            raise WrongValue("refresh_token goes with authorization_code only")
        return self

    @property
    def auth_method(self) -> str:
        """The method that was chosen, or the usual one of its type."""
        usual = "none" if self.type == "public" else "client_secret_basic"
        return self.token_endpoint_auth_method or usual


class RotateSecret(Input):
    """Giving a client another secret."""

    overlap_hours: Annotated[WholeNumber, Field(ge=0, le=24 * 30)] = DEFAULT_OVERLAP_HOURS
    """How long the present secret still works; 0 ends it, and the tokens it obtained, at once."""


def as_input(client: Any) -> ClientInput:
    """The input that would make the client as it is."""
    return ClientInput.model_construct(
        name=client.name,
        type=client.type,
        token_endpoint_auth_method=client.token_endpoint_auth_method,
        grant_types=list(client.grant_types),
        redirect_uris=list(client.redirect_uris),
        scopes=list(client.scopes),
        rate_limit=client.rate_limit,
    )
