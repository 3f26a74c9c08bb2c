"""All configuration: environment variables, read once into one frozen object."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    ValidationError,
    model_validator,
)

from billing.mail_settings import MailSettings
from billing.oidc_settings import OidcSettings
from billing.secret_files import kept_secret, told, weakness


class SettingsError(Exception):
    """The environment asks for something that cannot be; the text is one line for a person."""


def variable(field: str) -> str:
    """The environment variable behind a field of Settings."""
    return "DUEBILL_ENV" if field == "env" else field.upper()


def _strong(value: str) -> str:
    if reason := weakness(value):
        hint = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        raise ValueError(f"{reason}; make one with {hint}")
    return value


def _absolute(value: Path) -> Path:
    return value.expanduser().absolute()


def _cores() -> int:
    """The cores this process may use, which a container or taskset can make fewer."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_PER_MINUTE = "must be a whole number from 1 to 10000000"
_SHAPES = {
    "mongodb_uri": "must start with mongodb:// or mongodb+srv://",
    "redis_url": "must start with redis://, rediss:// or unix://",
    "otel_exporter_otlp_endpoint": "must be an address such as http://collector:4318",
    "public_url": "must be an address such as https://billing.example.com",
    "port": "must be a whole number from 1 to 65535",
    "smtp_host": "must be a host such as smtp.example.com",
    "smtp_port": "must be a whole number from 1 to 65535",
    "smtp_security": "must be starttls, tls or none",
    "web_concurrency": "must be a whole number from 1 to 256",
    "trusted_proxies": "must be a whole number from 0 to 10",
    "api_rate_limit": _PER_MINUTE,
    "address_rate_limit": _PER_MINUTE,
    "token_rate_limit": _PER_MINUTE,
    "staff_need_second_factor": "must be true or false",
    "api_log": "must be true or false",
    "retention_years": "must be a whole number from 1 to 100",
    "worker": "must be true or false",
    "webhook_allow_private": "must be true or false",
}

Secret = Annotated[str, AfterValidator(_strong)]
PerMinute = Annotated[int, Field(ge=1, le=10_000_000)]


class Settings(OidcSettings, MailSettings):
    """What an installation is told from outside. The README documents each variable."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, validate_default=True
    )

    env: Literal["local", "production"] = "local"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    data_dir: Annotated[Path, AfterValidator(_absolute)] = Field(default=Path("var"))
    mongodb_uri: str | None = Field(default=None, pattern=r"^mongodb(\+srv)?://", repr=False)
    redis_url: str | None = Field(default=None, pattern=r"^(rediss?|unix)://", repr=False)
    secret_key: Secret = Field(repr=False)
    jwt_secret: Secret = Field(repr=False)
    jwt_secret_other: Secret | None = Field(default=None, repr=False)
    """Tokens signed by it are believed too: the next JWT_SECRET while not all instances sign by it
    yet, and the last one for a quarter of an hour after."""
    admin_email: EmailStr | None = None
    admin_password: str | None = Field(default=None, min_length=12, max_length=1024, repr=False)
    public_url: str = Field(default="", pattern=r"^(https?://[^/\s]+[^\s]*)?$")
    session_cookie_secure: bool = False
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    web_concurrency: int = Field(default_factory=_cores, ge=1, le=256)
    api_rate_limit: PerMinute = 6000
    """Requests a minute of a client or user of the API."""
    address_rate_limit: PerMinute = 600
    """Requests a minute of an address that shows no token, and likewise with a bad one."""
    token_rate_limit: PerMinute = 30
    """Attempts a minute of an address to sign in or to get a token."""
    staff_need_second_factor: bool = False
    """Whether staff who sign in with a password or by a link must have a second factor."""
    api_log: bool = True
    """Whether calls of the API are kept for staff to look at."""
    worker: bool = False
    """Whether a worker runs beside the web processes: as a rule locally, and not in production."""
    retention_years: int = Field(default=10, ge=1, le=100)
    """How many years after their own the papers of who was erased keep their names."""
    webhook_allow_private: bool = False
    """Whether webhooks may go into private networks and to this machine itself."""
    otel_exporter_otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://")
    """Where traces are sent, see docs/operations.md; nothing of it is loaded without."""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)
    ] = "info"

    @model_validator(mode="after")
    def _admin_is_whole(self) -> Self:
        if (self.admin_email is None) != (self.admin_password is None):
            raise ValueError("ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both or neither")
        return self

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read `environ` (the process's own by default); an empty variable counts as unset. A
        variable may be told in a file: SECRET_KEY_FILE names the one that holds SECRET_KEY.

        Local mode makes the two secrets once and keeps them in DATA_DIR/secrets, mode 0600.
        Raises SettingsError, naming every variable that is wrong.
        """
        environ = os.environ if environ is None else environ
        values = _told(environ, cls.model_fields)
        try:
            return cls.model_validate(_with_defaults(values))
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None
        except OSError as error:
            raise SettingsError(
                f"DATA_DIR: {error.filename} cannot be used: {error.strerror}."
            ) from None


def _told(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, Any]:
    """What the variables say, or the files they name, by field. Raises SettingsError."""
    values = {}
    for name in names:
        try:
            if value := told(environ, variable(name)):
                values[name] = value
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            path = environ[f"{variable(name)}_FILE"]
            raise SettingsError(
                f"{variable(name)}_FILE: {path} cannot be read: {reason}."
            ) from None
    return values


def _with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    """Defaults that depend on another variable."""
    public_url = str(values.get("public_url", f"http://localhost:{values.get('port', 3000)}"))
    values["public_url"] = public_url.rstrip("/")
    if values.get("env") == "production":
        _require(values, "mongodb_uri", "secret_key", "jwt_secret")
    else:
        directory = _absolute(Path(values.get("data_dir", "var"))) / "secrets"
        for name in ("secret_key", "jwt_secret"):
            values[name] = values.get(name) or kept_secret(directory, name)
    secure = values.get("env") == "production" or public_url.startswith("https://")
    values.setdefault("session_cookie_secure", secure)
    values.setdefault("worker", values.get("env") != "production")
    return values


def _require(values: dict[str, Any], *names: str) -> None:
    missing = [variable(name) for name in names if name not in values]
    if missing:
        raise SettingsError(f"DUEBILL_ENV=production needs {' and '.join(missing)} to be set.")


def _explain(error: ValidationError) -> str:
    """One line: every wrong variable by its own name, and what to do."""
    parts = []
    for problem in error.errors(include_url=False, include_input=False):
        field = str(problem["loc"][0]) if problem["loc"] else ""
        message = _SHAPES.get(field) or problem["msg"].removeprefix("Value error, ")
        parts.append(f"{variable(field)} {message}".strip())
    return "; ".join(parts) + "."
