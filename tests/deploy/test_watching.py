"""Dashboard and alerts name what the application exposes, and every alert has its place in the
runbook."""

from __future__ import annotations

import json
import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pymongo.database import Database

from billing import clock, sealing
from billing.backups.back_up import back_up
from billing.database import Row
from billing.events.models import event_row
from billing.migrations.version import stamp_if_fresh
from billing.reports import operation
from billing.schema import MIGRATIONS, NEWEST
from billing.settings import Settings
from billing.workers.heartbeats import beat
from portal.app import create_app
from portal.state_metrics import state_metrics
from tests.nginx_server import DEPLOYED

OF_OTHERS = {"probe_ssl_earliest_cert_expiry"}  # the blackbox exporter's
ALERTS = [
    rule
    for group in yaml.safe_load((DEPLOYED / "prometheus/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((DEPLOYED / "grafana/duebill.json").read_text())
RUNBOOK = (DEPLOYED.parent / "docs/operations.md").read_text()


@pytest.fixture
def client(db: Database[Row], settings: Settings) -> FlaskClient:
    watched = settings.model_copy(update={"redis_url": "redis://127.0.0.1:9/0"})
    return create_app(watched, connect=False).test_client()


def read(client: FlaskClient) -> dict[str, list[Any]]:
    """The samples by the names that Prometheus knows."""
    text = client.get("/metrics").text
    found: dict[str, list[Any]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def run_row(**changes: object) -> Row:
    began = clock.now() - timedelta(hours=2)
    counted = {"invoiced": 40, "skipped": 2, "created_at": began}
    return {"_id": "run_1", "status": "completed", **counted, "finished_at": began, **changes}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_both_sides_of_an_and_have_the_same_labels(rule: dict[str, Any]) -> None:
    """Prometheus joins by labels: min() has none, so a side that has some is never met."""
    sides = re.split(r"\band\b", rule["expr"])
    aggregated = [bool(re.match(r"(min|max|sum|count)\(", side.strip())) for side in sides]
    assert len(set(aggregated)) == 1


def named(expressions: list[str]) -> set[str]:
    """Metrics by name: words that stand before no bracket of a function and in no quotes."""
    found = set()
    for expression in expressions:
        plain = re.sub(r'"[^"]*"', "", expression)
        found |= set(re.findall(r"\b(?:duebill|probe|node)_[a-z_]+\b", plain))
    return found


def test_every_metric_of_dashboard_and_alerts_is_exposed(
    client: FlaskClient, db: Database[Row]
) -> None:
    db.billing_runs.insert_one(run_row())
    beat("wrk_1", ["billing run"])
    client.get("/healthz")
    exposed = set(read(client))
    # A lone mongod has no member that could lag; a set of three is a drill.
    exposed |= {"duebill_replication_lag_seconds", "duebill_replica_up"}
    panels = [each for each in DASHBOARD["panels"] if each["type"] != "row"]
    asked = [target["expr"] for each in panels for target in each["targets"]]
    wanted = named([*asked, *(rule["expr"] for rule in ALERTS)])
    assert len(wanted) > 20
    assert wanted - OF_OTHERS <= exposed


def test_every_alert_says_what_to_do() -> None:
    for rule in ALERTS:
        assert rule["annotations"]["runbook"] == rule["alert"]
        assert f"\n### {rule['alert']}\n" in RUNBOOK
        assert rule["labels"]["severity"] in {"page", "ticket"}
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)


def test_the_runbook_tells_of_no_alert_that_does_not_exist() -> None:
    headings = set(re.findall(r"^### (Duebill\w+)$", RUNBOOK, re.M))
    assert headings == {rule["alert"] for rule in ALERTS}


def test_the_newest_run_is_told(client: FlaskClient, db: Database[Row]) -> None:
    assert "duebill_run_state" not in read(client)
    db.billing_runs.insert_many([run_row(), run_row(_id="run_2", created_at=clock.now())])
    db.billing_runs.update_one({"_id": "run_2"}, {"$set": {"status": "running", "invoiced": 7}})
    found = read(client)
    states = {each.labels["state"]: each.value for each in found["duebill_run_state"]}
    assert [state for state, value in states.items() if value] == ["running"]
    assert found["duebill_run_invoices"][0].value == 7
    db.billing_runs.delete_one({"_id": "run_2"})
    began = read(client)["duebill_run_started_timestamp_seconds"][0].value
    assert clock.now().timestamp() - began == pytest.approx(7200, abs=60)


def test_what_waits_is_as_old_as_its_oldest(db: Database[Row]) -> None:
    assert operation.oldest_event_age() == 0
    assert operation.oldest_mail_age() == 0
    old, new = (event_row("plan.created", f"plan_{n}") for n in (1, 2))
    db.events.insert_many([{**old, "created_at": clock.now() - timedelta(seconds=900)}, new])
    due = [clock.now() - timedelta(seconds=300), clock.now() + timedelta(hours=1)]
    db.mails.insert_many([{"status": "waiting", "due_at": at, "attempts": []} for at in due])
    assert operation.oldest_event_age() == pytest.approx(900, abs=60)
    assert operation.oldest_mail_age() == pytest.approx(300, abs=60)


def test_upkeep_that_is_due_is_told(client: FlaskClient, db: Database[Row], tmp_path: Path) -> None:
    names = ("backup_age_seconds", "migrations_outstanding", "schema_version")

    def told() -> list[float]:
        found = read(client)
        assert found["duebill_schema_version_known"][0].value == NEWEST
        return [found[f"duebill_{name}"][0].value for name in names]

    assert told() == [math.inf, len(MIGRATIONS), 0]
    stamp_if_fresh()
    sealing.use_secret("a secret key for tests, as long as need be")
    back_up(tmp_path)
    assert told() == [pytest.approx(0, abs=30), 0, NEWEST]
    an_hour_ago = clock.wall_clock() - timedelta(hours=1)
    db.maintenance.update_one({"_id": "backup"}, {"$set": {"last.at": an_hour_ago}})
    assert told()[0] == pytest.approx(3600, abs=30)


def test_due_subscriptions_are_counted_along_an_index(db: Database[Row]) -> None:
    days = ["2020-01-01", "2020-01-02", "2999-01-01", ""]
    rows = [{"_id": day or "none", "next_billing_date": day, "test_clock_id": None} for day in days]
    db.subscriptions.insert_many(rows)
    assert operation.count_due() == 2


def test_a_database_that_is_away_leaves_the_rest() -> None:
    text = state_metrics(is_database_up=False, is_redis_up=True).decode()
    found = {
        family.name: family.samples[0].value for family in text_string_to_metric_families(text)
    }
    assert found == {"duebill_database_up": 0.0, "duebill_redis_up": 1.0}
