"""Configuration: what is refused, in which words, and what is made up."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from billing.oidc_settings import StaffRole
from billing.settings import Settings, SettingsError
from billing.users.permissions import STAFF_ROLES

STRONG = "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"


def production(**changes: str) -> dict[str, str]:
    """A production environment that is in order, with `changes`; an empty value removes."""
    environ = {
        "DUEBILL_ENV": "production",
        "MONGODB_URI": "mongodb://db.internal/duebill?replicaSet=rs0",
        "SECRET_KEY": STRONG,
        "JWT_SECRET": STRONG[::-1],
    }
    return environ | changes


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ)
    return str(caught.value)


@pytest.mark.parametrize("name", ["MONGODB_URI", "SECRET_KEY", "JWT_SECRET"])
def test_production_does_not_start_without_what_it_needs(name: str) -> None:
    message = refusal(production(**{name: ""}))
    assert message == f"DUEBILL_ENV=production needs {name} to be set."


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x" * 31, "is shorter than 32 bytes"),
        ("changeme" * 8, "looks like an example value"),
        ("abcabcabc" * 8, "repeats a few characters"),
    ],
)
@pytest.mark.parametrize("mode", ["production", "local"])
def test_a_weak_secret_is_refused_by_name(name: str, value: str, reason: str, mode: str) -> None:
    message = refusal(production(**{name: value, "DUEBILL_ENV": mode}))
    assert message.startswith(f"{name} {reason}")
    assert value not in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PORT", "eighty", "PORT must be a whole number from 1 to 65535."),
        ("PORT", "70000", "PORT must be a whole number from 1 to 65535."),
        ("API_RATE_LIMIT", "0", "API_RATE_LIMIT must be a whole number from 1 to 10000000."),
        ("TOKEN_RATE_LIMIT", "1/s", "TOKEN_RATE_LIMIT must be a whole number from 1 to 10000000."),
        ("API_LOG", "maybe", "API_LOG must be true or false."),
        ("MONGODB_URI", "http://db", "MONGODB_URI must start with mongodb:// or mongodb+srv://."),
        ("DUEBILL_ENV", "staging", "DUEBILL_ENV Input should be 'local' or 'production'."),
        (
            "ADMIN_EMAIL",
            "ada@example.com",
            "ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both or neither.",
        ),
        (
            "SMTP_HOST",
            "smtp.example.com",
            "SMTP_HOST and MAIL_FROM belong together: set both or neither.",
        ),
        (
            "SMTP_USER",
            "duebill",
            "SMTP_USER and SMTP_PASSWORD belong together: set both or neither.",
        ),
        ("SMTP_HOST", "smtp://x", "SMTP_HOST must be a host such as smtp.example.com."),
        ("SMTP_SECURITY", "ssl", "SMTP_SECURITY must be starttls, tls or none."),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, message: str, tmp_path: Path) -> None:
    assert refusal({"DATA_DIR": str(tmp_path), variable: value}) == message


def test_every_wrong_variable_is_named_at_once(tmp_path: Path) -> None:
    message = refusal({"DATA_DIR": str(tmp_path), "PORT": "x", "WEB_CONCURRENCY": "0"})
    assert "PORT must" in message
    assert "WEB_CONCURRENCY must" in message


def test_a_data_dir_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = refusal({"DATA_DIR": str(tmp_path / "file")})
    assert message.startswith("DATA_DIR: ")
    assert "Not a directory" in message


def test_local_secrets_are_made_once_differ_and_are_private(tmp_path: Path) -> None:
    first = Settings.load({"DATA_DIR": str(tmp_path)})
    second = Settings.load({"DATA_DIR": str(tmp_path)})
    assert (first.secret_key, first.jwt_secret) == (second.secret_key, second.jwt_secret)
    assert first.secret_key != first.jwt_secret
    kept = sorted((tmp_path / "secrets").iterdir())
    assert [path.name for path in kept] == ["jwt_secret", "secret_key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_given_secrets_leave_no_file(tmp_path: Path) -> None:
    Settings.load({"DATA_DIR": str(tmp_path), "SECRET_KEY": STRONG, "JWT_SECRET": STRONG[::-1]})
    assert list(tmp_path.iterdir()) == []


MAIL = {
    "SMTP_HOST": "smtp.example.com",
    "SMTP_USER": "duebill",
    "SMTP_PASSWORD": "Jc7uPf2HdGm9SaQe",
    "MAIL_FROM": "billing@example.com",
}


def test_a_mail_server_is_spoken_to_on_the_port_of_its_encryption() -> None:
    assert not Settings.load(production()).sends_mail
    told = Settings.load(production(**MAIL))
    assert told.sends_mail
    assert told.smtp_address == ("smtp.example.com", 587)
    assert Settings.load(production(**MAIL, SMTP_SECURITY="TLS")).smtp_address[1] == 465
    assert "Jc7uPf2HdGm9SaQe" not in repr(told)


def test_the_password_of_a_mail_server_is_never_sent_in_the_clear() -> None:
    message = refusal(production(**MAIL, SMTP_SECURITY="none"))
    assert "SMTP_PASSWORD would be sent in the clear" in message
    near = {**MAIL, "SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none"}
    assert Settings.load(production(**near)).smtp_address == ("127.0.0.1", 25)


PROVIDER = {
    "OIDC_ISSUER": "https://id.example.com/realms/staff",
    "OIDC_CLIENT_ID": "duebill",
    "OIDC_CLIENT_SECRET": "Jc7uPf2HdGm9SaQe",
    "OIDC_ROLE_CLAIM": "realm_access.roles",
    "OIDC_ROLE_MAP": "billing-admins=admin, team=finance=billing,",
}


def test_a_provider_is_configured_by_its_variables() -> None:
    told = Settings.load(production(**PROVIDER))
    assert told.oidc_scopes == "openid email profile"
    assert told.oidc_role_map == (("billing-admins", "admin"), ("team=finance", "billing"))
    assert (told.oidc_default_role, told.oidc_name) == (None, "single sign-on")
    assert Settings.load(production()).oidc_issuer is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_SECRET is set, so OIDC_CLIENT_ID must be set too."),
        (
            dict.fromkeys(PROVIDER, "") | {"OIDC_CLIENT_ID": "duebill"},
            "OIDC_CLIENT_ID is set, so OIDC_ISSUER and OIDC_CLIENT_SECRET must be set too.",
        ),
        ({"OIDC_ROLE_CLAIM": ""}, "OIDC_ROLE_CLAIM and OIDC_ROLE_MAP belong together."),
        ({"OIDC_ROLE_MAP": ","}, "OIDC_ROLE_CLAIM and OIDC_ROLE_MAP belong together."),
        (
            {"OIDC_ROLE_CLAIM": "", "OIDC_ROLE_MAP": ""},
            "OIDC_ROLE_CLAIM with OIDC_ROLE_MAP, or OIDC_DEFAULT_ROLE, must say who gets in.",
        ),
        (
            {"OIDC_DEFAULT_ROLE": "customer"},
            "OIDC_DEFAULT_ROLE must be one of admin, billing, support, viewer.",
        ),
        ({"OIDC_SCOPES": "email"}, "OIDC_SCOPES must contain the scope openid."),
    ],
)
def test_a_provider_is_configured_wholly_or_not_at_all(
    changes: dict[str, str], message: str
) -> None:
    assert refusal(production(**{**PROVIDER, **changes})) == message


def test_a_role_map_says_which_of_its_parts_is_wrong() -> None:
    for part in ("everyone=customer", "finance", "=admin", "a=Admin"):
        message = refusal(production(**{**PROVIDER, "OIDC_ROLE_MAP": f"a=viewer,{part}"}))
        assert message.startswith(f"OIDC_ROLE_MAP has '{part}', which must be a claim's value, =,")


@pytest.mark.parametrize("issuer", ["http://x.example", "x.example", "https://[x", "https://x?y=1"])
def test_a_provider_is_asked_over_https_only(issuer: str) -> None:
    message = refusal(production(**{**PROVIDER, "OIDC_ISSUER": issuer}))
    assert message.startswith("OIDC_ISSUER must be an address such as https://id.example.com (")


def test_only_roles_of_staff_can_be_given_by_a_provider() -> None:
    assert get_args(StaffRole) == STAFF_ROLES


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    admin = {"ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": STRONG}
    shown = repr(Settings.load(production(**admin, **PROVIDER)))
    assert STRONG not in shown
    assert PROVIDER["OIDC_CLIENT_SECRET"] not in shown
    assert "db.internal" not in shown


def test_settings_cannot_be_changed() -> None:
    settings = Settings.load(production())
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_cookies_are_secure_in_production_and_behind_https(tmp_path: Path) -> None:
    local = {"DATA_DIR": str(tmp_path)}
    assert Settings.load(production()).session_cookie_secure
    assert Settings.load(local | {"PUBLIC_URL": "https://x.example"}).session_cookie_secure
    assert not Settings.load(local).session_cookie_secure


def test_links_follow_the_port_unless_told_otherwise(tmp_path: Path) -> None:
    local = {"DATA_DIR": str(tmp_path), "PORT": "8080"}
    assert Settings.load(local).public_url == "http://localhost:8080"
    public = Settings.load(local | {"PUBLIC_URL": "https://x.example/"})
    assert public.public_url == "https://x.example"


def test_a_variable_may_be_told_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.write_text(f"{STRONG}\n")
    environ = production(SECRET_KEY="", SECRET_KEY_FILE=str(path))
    assert Settings.load(environ).secret_key == STRONG
    other = production(SECRET_KEY=STRONG[::-1], SECRET_KEY_FILE=str(path))
    assert Settings.load(other).secret_key == STRONG[::-1], "what is said outright goes first"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"
    message = refusal(production(JWT_SECRET="", JWT_SECRET_FILE=str(path)))
    assert message == f"JWT_SECRET_FILE: {path} cannot be read: No such file or directory."
