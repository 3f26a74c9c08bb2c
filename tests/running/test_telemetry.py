"""Health, metrics, request ids and the one-line log."""

from __future__ import annotations

import json
import logging
import math
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pymongo.database import Database
from redis import Redis

from billing import database, indexes
from billing.events.models import event_row
from billing.settings import Settings
from billing.workers.heartbeats import beat
from portal.health import blueprint
from portal.telemetry import JsonFormatter, init_telemetry
from tests.ports import free_port
from tests.waiting import wait_until


def make_client(settings: Settings) -> FlaskClient:
    """The smallest application that has telemetry and health."""
    app = Flask(__name__)
    app.config["SETTINGS"] = settings
    init_telemetry(app)
    app.register_blueprint(blueprint)
    app.add_url_rule("/id", "id", view_func=lambda: g.request_id)
    app.add_url_rule("/things/<thing_id>", "thing", view_func=lambda thing_id: thing_id)
    app.add_url_rule("/fails", "fails", view_func=lambda: str(1 / 0))
    return app.test_client()


_MAILS = [("waiting", []), ("waiting", [{"result": "trouble"}]), ("failed", [{}])]
OUTBOX = {
    "workers": 1,
    "events_waiting": 1,
    "webhook_deliveries_pending": 2,
    "webhook_endpoints_failing": 1,
    "mails_waiting": 2,
    "mails_failing": 1,
    "run_late": 1,
    "scheduler_heartbeat_age_seconds": math.inf,
}


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return make_client(settings)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis, without a file on disk."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    directory = tmp_path_factory.mktemp("redis")
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL)
    wait_for_port(port)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


def wait_for_port(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end
        time.sleep(0.02)


def count_of(client: FlaskClient, endpoint: str, status: str) -> float:
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = [s for family in families for s in family.samples]
    wanted = {"endpoint": endpoint, "status": status, "method": "GET"}
    return sum(
        s.value for s in samples if s.name == "duebill_http_requests_total" and s.labels == wanted
    )


def test_every_answer_carries_a_fresh_request_id(client: FlaskClient) -> None:
    answers = [client.get("/id") for _ in range(3)]
    ids = {answer.headers["X-Request-Id"] for answer in answers}
    assert len(ids) == 3
    assert ids == {answer.text for answer in answers}


@pytest.mark.parametrize("given", ["a", "order-66_B.7", "x" * 64])
def test_a_sane_request_id_is_kept(client: FlaskClient, given: str) -> None:
    assert client.get("/id", headers={"X-Request-Id": given}).text == given


@pytest.mark.parametrize("given", ["", "x" * 65, "two words", 'quote"', "ä", "a/b", "{}"])
def test_any_other_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get("/id", headers={"X-Request-Id": given})
    assert answer.text != given
    assert answer.headers["X-Request-Id"] == answer.text


def test_unknown_pages_and_failures_carry_an_id_too(client: FlaskClient) -> None:
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    for path, status in (("/no-such-page", 404), ("/fails", 500)):
        answer = client.get(path, headers={"X-Request-Id": "kept"})
        assert (answer.status_code, answer.headers["X-Request-Id"]) == (status, "kept")


def test_requests_are_counted_by_route_and_not_by_path(client: FlaskClient) -> None:
    before = count_of(client, "/things/<thing_id>", "200"), count_of(client, "unmatched", "404")
    for path in ("/things/a", "/things/b", "/nowhere/1", "/nowhere/2"):
        client.get(path)
    after = count_of(client, "/things/<thing_id>", "200"), count_of(client, "unmatched", "404")
    assert after == (before[0] + 2, before[1] + 2)
    assert "/things/a" not in client.get("/metrics").text


def test_a_made_up_method_does_not_make_a_new_series(client: FlaskClient) -> None:
    client.open("/id", method="BREW")
    text = client.get("/metrics").text
    assert "BREW" not in text
    assert 'method="OTHER"' in text


def test_metrics_tell_what_waits_in_the_outbox(
    db: Database[database.Row], client: FlaskClient
) -> None:
    beat("wrk_1", ["deliver"])
    db.webhook_endpoints.insert_one({"_id": "whk_1", "status": "enabled"})
    db.mails.insert_many([{"status": s, "attempts": a} for s, a in _MAILS])
    db.webhook_lanes.insert_many([{"_id": lane, "failures": 3} for lane in ("whk_1", "gone")])
    db.events.insert_one(event_row("plan.created", "plan_1"))
    rows = [{"endpoint_id": "whk_1", "event_id": str(n), "seq": n, "place": "new"} for n in (1, 2)]
    db.webhook_deliveries.insert_many([*rows, {"endpoint_id": "whk_1", "event_id": "3", "seq": 3}])
    db.settings.insert_one({"_id": "seller", "billing_run": {"automatic": True, "time": "04:00"}})
    db.billing_daily.insert_one({"_id": "daily", "day": "2026-01-01", "done": True})
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = {family.name: family.samples[0].value for family in families if family.samples}
    assert {name: found[f"duebill_{name}"] for name in OUTBOX} == OUTBOX
    assert 0 <= found["duebill_job_heartbeat_age_seconds"] < 60


def test_ready_when_the_database_answers_and_has_its_indexes(
    db: Database[database.Row], client: FlaskClient
) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ready",
        "checks": {"database": "ok", "redis": "not used", "indexes": "ok", "restore": "ok"},
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_not_ready_while_an_index_is_missing_and_ready_once_it_is_built(
    db: Database[database.Row], client: FlaskClient
) -> None:
    db.events.drop_indexes()
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert answer.json is not None
        assert answer.json["checks"]["indexes"] == "missing: run `flask db indexes`"
    finally:
        indexes.ensure_indexes()
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_a_database_which_is_named(
    mongodb_uri: str, connected_database: None, client: FlaskClient
) -> None:
    database.disconnect()
    database.connect(f"mongodb://127.0.0.1:{free_port()}/nothing")
    try:
        answer = client.get("/readyz")
    finally:
        database.disconnect()
        database.connect(mongodb_uri)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json is not None
    assert answer.json["detail"] == "Not ready: database, indexes."
    assert client.get("/healthz").status_code == 200


def test_redis_counts_when_it_is_configured(
    db: Database[database.Row], settings: Settings, redis_url: str
) -> None:
    client = make_client(settings.model_copy(update={"redis_url": redis_url}))

    def told() -> str:
        return str((client.get("/readyz").json or {})["checks"]["redis"])

    wait_until(lambda: told() == "ok")  # it is given half a second, which a busy machine may take
    with Redis.from_url(redis_url) as redis:
        assert redis.ping()


def test_a_redis_that_is_away_is_named_and_takes_no_portal_out_of_service(
    db: Database[database.Row], settings: Settings
) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    answer = make_client(settings.model_copy(update={"redis_url": url})).get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "ready"
    assert answer.json["checks"]["redis"] == "no answer"


def test_a_log_line_is_one_json_object_whatever_is_in_it() -> None:
    record = logging.LogRecord(
        "x", logging.INFO, "", 0, "a\n%s", ('{"level": "forged"}\r\n',), None
    )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == 'a\n{"level": "forged"}\r\n'


def test_a_failure_is_logged_with_its_request_id(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    lines: list[str] = []
    caplog.handler.setFormatter(JsonFormatter())
    caplog.handler.emit = lambda record: lines.append(JsonFormatter().format(record))  # type: ignore[method-assign]
    client.get("/fails", headers={"X-Request-Id": "order-66"})
    failure = next(json.loads(line) for line in lines if "exception" in json.loads(line))
    assert failure["request_id"] == "order-66"
    assert "ZeroDivisionError" in failure["exception"]
    assert Path(__file__).name in failure["exception"]
