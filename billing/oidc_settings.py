"""Configuration of OpenID Connect sign-in: the variables OIDC_*, see docs/openid-connect.md."""

from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

StaffRole = Literal["admin", "billing", "support", "viewer"]
_ROLES = get_args(StaffRole)
_NEEDED = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def is_confidential(url: str) -> bool:
    """Whether what is sent to `url` cannot be read or changed on its way."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        )
    except ValueError:
        return False


def _issuer(value: str) -> str:
    if not is_confidential(value) or set("?# ") & set(value):
        raise ValueError(
            "must be an address such as https://id.example.com (http only on loopback)"
        )
    return value


def _scopes(value: str) -> str:
    if "openid" not in value.split():
        raise ValueError("must contain the scope openid")
    return " ".join(value.split())


def _role(value: Any) -> Any:
    if value is not None and value not in _ROLES:
        raise ValueError(f"must be one of {', '.join(_ROLES)}")
    return value


def _pairs(value: Any) -> Any:
    """`billing-admins=admin,finance=billing` as pairs of a claim's value and its role."""
    if not isinstance(value, str):
        return value
    pairs = []
    for part in filter(None, (part.strip() for part in value.split(","))):
        claimed, _, role = (piece.strip() for piece in part.rpartition("="))
        if not claimed or role not in _ROLES:
            raise ValueError(
                f"has {part!r}, which must be a claim's value, =, and one of {', '.join(_ROLES)}"
            )
        pairs.append((claimed, role))
    return tuple(pairs)


class OidcSettings(BaseModel):
    """What an installation is told of its OpenID provider; without an issuer there is none."""

    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = None
    oidc_client_id: str | None = Field(default=None, max_length=500)
    oidc_client_secret: str | None = Field(default=None, max_length=2000, repr=False)
    oidc_scopes: Annotated[str, AfterValidator(_scopes)] = "openid email profile"
    oidc_acr_values: str | None = Field(default=None, max_length=500)
    oidc_role_claim: str | None = None
    oidc_role_map: Annotated[tuple[tuple[str, StaffRole], ...], BeforeValidator(_pairs)] = ()
    oidc_default_role: Annotated[StaffRole | None, BeforeValidator(_role)] = None
    oidc_name: str = Field(default="single sign-on", max_length=40)

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        told = sorted(name.upper() for name in self.model_fields_set if name.startswith("oidc_"))
        missing = [name.upper() for name in _NEEDED if getattr(self, name) is None]
        if told and missing:
            raise ValueError(f"{told[0]} is set, so {' and '.join(missing)} must be set too")
        if (self.oidc_role_claim is None) != (not self.oidc_role_map):
            raise ValueError("OIDC_ROLE_CLAIM and OIDC_ROLE_MAP belong together")
        if told and not self.oidc_role_map and self.oidc_default_role is None:
            raise ValueError(
                "OIDC_ROLE_CLAIM with OIDC_ROLE_MAP, or OIDC_DEFAULT_ROLE, must say who gets in"
            )
        return self
