"""Who an OpenID provider says is signing in, and the role that its claims give.

Claims: OpenID Connect Core 1.0, §5.1. They have been verified before they come here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.oidc_settings import OidcSettings
from billing.users.permissions import STAFF_ROLES


@dataclass(frozen=True, slots=True)
class Identity:
    """One person at one provider: `subject` is theirs within `issuer` and never another's."""

    issuer: str
    subject: str
    name: str
    email: str | None
    email_is_verified: bool
    role: str | None
    """The role of Duebill that the claims give; None lets nobody in."""
    role_is_managed: bool
    """Whether the provider decides on the role at each sign-in, not only at the first."""


def identity_from(claims: Mapping[str, Any], settings: OidcSettings) -> Identity:
    """The identity in verified `claims`. Only JSON's own true makes an email a verified one."""
    email = _text(claims.get("email")).lower()
    return Identity(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        name=_text(claims.get("name"))[:200] or email,
        email=email or None,
        email_is_verified=claims.get("email_verified") is True,
        role=claimed_role(claims, settings),
        role_is_managed=bool(settings.oidc_role_map),
    )


def claimed_role(claims: Mapping[str, Any], settings: OidcSettings) -> str | None:
    """The highest role that the claim is mapped to, else the default one.

    The claim is a text or a list of texts. Only roles of staff can be given: STAFF_ROLES has
    them, the highest first.
    """
    values = claimed_values(claims, settings.oidc_role_claim)
    given = {role for value, role in settings.oidc_role_map if value in values}
    return next((role for role in STAFF_ROLES if role in given), settings.oidc_default_role)


def claimed_values(claims: Mapping[str, Any], path: str | None) -> set[str]:
    """The texts of the claim at a dotted path; a name may have dots of its own."""
    found = _at(claims, path.split(".")) if path else None
    values = found if isinstance(found, list) else [found]
    return {value for value in values if isinstance(value, str)}


def _at(node: Any, parts: list[str]) -> Any:
    """`realm_access.roles` is a member of a member; `https://example.com/roles` is one name."""
    if not parts:
        return node
    if not isinstance(node, Mapping):
        return None
    for length in range(len(parts), 0, -1):
        name, rest = ".".join(parts[:length]), parts[length:]
        if name in node and (found := _at(node[name], rest)) is not None:
            return found
    return None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
