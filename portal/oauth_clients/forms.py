"""The forms of API clients."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as lazy
from wtforms import SelectField, TextAreaField

from billing.oauth.inputs import ClientInput, RotateSecret
from billing.users.permissions import CLIENT_SCOPES, SCOPES
from portal.forms import BoxesField, InputForm, NumberField, TextField, options

_WORDS = (lazy("How it gets tokens"), lazy("What it can be given at most"))
"""Of fields that `make translations` does not look into."""
_GRANTS = [
    ("client_credentials", lazy("For itself, with its secret")),
    ("authorization_code", lazy("For a person who agrees")),
    ("refresh_token", lazy("For longer than 15 minutes, once a person agreed")),
]
_TYPES = options(
    [
        ("confidential", lazy("A server, which keeps a secret")),
        ("public", lazy("An app on its users' devices, which cannot")),
    ]
)
_METHODS = options(
    [
        ("", lazy("The usual way")),
        ("client_secret_basic", lazy("Secret in the header (Basic)")),
        ("client_secret_post", lazy("Secret in the body")),
    ]
)


def _scopes() -> list[tuple[str, str]]:
    return [(scope, f"{gettext(SCOPES[scope])} ({scope})") for scope in CLIENT_SCOPES]


def _unknown(values: set[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in sorted(values)]


class ClientForm(InputForm):
    model = ClientInput
    name = TextField("Name")
    grant_types = BoxesField("How it gets tokens", lambda: _GRANTS, _unknown)
    redirect_uris = TextAreaField("Redirect URIs")
    scopes = BoxesField("What it can be given at most", _scopes, _unknown)
    rate_limit = NumberField("Requests a minute")

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """One redirect URI a line."""
        return {**values, "redirect_uris": "\n".join(values["redirect_uris"])}

    def meant(self, values: dict[str, Any]) -> dict[str, Any]:
        lines = (values["redirect_uris"] or "").splitlines()
        return {**values, "redirect_uris": [line.strip() for line in lines if line.strip()]}


class NewClientForm(ClientForm):
    type = SelectField("What it is", choices=_TYPES)


class SecretClientForm(ClientForm):
    token_endpoint_auth_method = SelectField("How it shows its secret", choices=_METHODS)


class RotateForm(InputForm):
    model = RotateSecret
    overlap_hours = NumberField("Hours that the present secret still works")
