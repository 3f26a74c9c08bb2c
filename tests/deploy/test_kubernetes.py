"""The Kubernetes manifests, held against the application and against what is asked of every pod."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from billing.settings import Settings
from portal.app import create_app
from tests.deploy.manifests import check_command, check_settings, graceful_timeout
from tests.nginx_server import DEPLOYED

PLACE = DEPLOYED / "kubernetes"
WORKLOADS = {"Deployment", "Job", "CronJob"}


def documents(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


ALL = [each for path in sorted(PLACE.glob("*/*.yaml")) for each in documents(path)]
PODS = {each["metadata"]["name"]: each for each in ALL if each["kind"] in WORKLOADS}


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [each for each in ALL if each["kind"] == kind]


def pod_of(workload: dict[str, Any]) -> dict[str, Any]:
    spec = workload["spec"]
    if workload["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return dict(spec["template"]["spec"])


@pytest.mark.parametrize("name", PODS)
def test_every_pod_is_confined(name: str) -> None:
    pod = pod_of(PODS[name])
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]
    assert pod["volumes"][0]["emptyDir"]["sizeLimit"]


def test_commands_and_variables_are_those_of_the_application() -> None:
    for workload in PODS.values():
        if command := pod_of(workload)["containers"][0].get("command"):
            check_command(command)
    for patch in documents(PLACE / "celery/kustomization.yaml")[0]["patches"]:
        check_command(yaml.safe_load(patch["patch"])[1]["value"])
    check_settings(of_kind("ConfigMap")[0]["data"])
    example = (PLACE / "example/secret.env.example").read_text()
    check_settings(re.findall(r"^([A-Z_]+)=", example, re.M))


def test_a_portal_is_replaced_without_a_gap(settings: Settings) -> None:
    spec = PODS["portal"]["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    pod = pod_of(PODS["portal"])
    (container,) = pod["containers"]
    rest = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > rest + graceful_timeout()
    routes = {rule.rule for rule in create_app(settings, connect=False).url_map.iter_rules()}
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")]
    assert [probe["path"] for probe in probes] == ["/healthz", "/readyz", "/healthz"]
    assert {probe["path"] for probe in probes} <= routes
    assert {probe["port"] for probe in probes} == {container["ports"][0]["name"]}


def test_what_stands_beside_a_workload_means_one_that_exists() -> None:
    for scaler in of_kind("HorizontalPodAutoscaler"):
        assert scaler["spec"]["scaleTargetRef"]["name"] in PODS
        assert "replicas" not in PODS[scaler["spec"]["scaleTargetRef"]["name"]]["spec"]
    selectors = [each["spec"]["selector"] for each in of_kind("Service")]
    for kind in ("PodDisruptionBudget", "ServiceMonitor"):
        selectors += [each["spec"]["selector"]["matchLabels"] for each in of_kind(kind)]
    found = {each["app.kubernetes.io/component"] for each in selectors}
    assert found == {"portal", "worker"}
    for name in PODS:
        labels = PODS[name]["spec"].get("template", {}).get("metadata", {}).get("labels", {})
        assert labels.get("app.kubernetes.io/component", name) == name


def test_every_file_is_in_use() -> None:
    for place in PLACE.iterdir():
        (kustomization,) = documents(place / "kustomization.yaml")
        used = {each for each in kustomization["resources"] if each.endswith(".yaml")}
        assert used == {each.name for each in place.glob("*.yaml")} - {"kustomization.yaml"}


def test_no_secret_is_kept_here() -> None:
    assert not of_kind("Secret")
    example = (PLACE / "example/secret.env.example").read_text()
    assert re.search(r"^SECRET_KEY=$", example, re.M)
