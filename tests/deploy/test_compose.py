"""The compose file, held against the application and against what is asked of every container."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from billing.settings import Settings
from tests.deploy.manifests import check_command, check_settings, graceful_timeout
from tests.nginx_server import DEPLOYED

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOYED / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"].startswith("duebill")}
EXAMPLE = (DEPLOYED / "duebill.env.example").read_text()


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["restart"] in {"unless-stopped", "on-failure"}
    assert name in OURS or not service["user"].startswith("0")
    assert not service["image"].endswith(":latest") or name in OURS


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_container_refers_to_is_there(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("networks", ())) <= set(COMPOSE["networks"])
    assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        there = (DEPLOYED / source).exists() if source.startswith(".") else False
        assert there or source in COMPOSE["volumes"]
    for other, wanted in service.get("depends_on", {}).items():
        check = SERVICES[other].get("healthcheck", {})
        is_healthy = wanted["condition"] == "service_healthy"
        assert not is_healthy or other.startswith("portal") or "test" in check
        ends = wanted["condition"] == "service_completed_successfully"
        assert ends == (SERVICES[other]["restart"] == "on-failure")


def test_commands_and_variables_are_those_of_the_application() -> None:
    for service in OURS.values():
        if "command" in service:
            check_command(service["command"])
        check_settings(service["environment"])
    check_settings(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.M))


def test_the_proxy_knows_both_portals_and_waits_for_them() -> None:
    upstream = (DEPLOYED / "nginx/upstream.conf").read_text()
    portals = re.findall(r"server (portal-\d):3000 max_fails=3", upstream)
    places = dict(each.split("=") for each in SERVICES["proxy"]["extra_hosts"])
    assert list(places) == portals
    for portal in portals:
        assert SERVICES[portal]["networks"]["front"]["ipv4_address"] == places[portal]
        assert SERVICES[portal]["environment"]["TRUSTED_PROXIES"] == "1"
        grace = seconds(SERVICES[portal]["stop_grace_period"])
        assert grace > graceful_timeout()


def test_the_secrets_are_made_once_and_are_good_enough(tmp_path: Path) -> None:
    shutil.copy(DEPLOYED / "make-secrets.sh", tmp_path)
    environ = dict(os.environ)
    if os.geteuid() != 0:  # to give files away takes root, which is all that is left out then
        (tmp_path / "chown").write_text("#!/bin/sh\n")
        (tmp_path / "chown").chmod(0o755)
        environ["PATH"] = f"{tmp_path}:{environ['PATH']}"
    made = []
    for _ in range(2):
        subprocess.run(["sh", "make-secrets.sh"], cwd=tmp_path, env=environ, check=True)
        made.append({each.name: each.read_text() for each in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == set(COMPOSE["secrets"])
    assert {each.stat().st_mode & 0o777 for each in (tmp_path / "secrets").iterdir()} == {0o400}
    told = OURS["portal-1"]["environment"] | {"DUEBILL_ENV": "production"}
    here = {
        name: value.replace("/run/secrets", str(tmp_path / "secrets"))
        for name, value in told.items()
    }
    settings = Settings.load(here)
    assert made[0]["mongodb_password"] in str(settings.mongodb_uri)
    assert str(settings.mongodb_uri).startswith("mongodb://duebill:")
    assert re.fullmatch(r"[A-Za-z0-9+/=\n]{6,1024}", made[0]["mongodb_key"])
