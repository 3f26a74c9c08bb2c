"""Traces as a collector receives them: real OTLP over HTTP, from processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pymongo.database import Database

from billing.database import Row

ROOT = Path(__file__).resolve().parents[2]
TRACE = "0af7651916cd43dd8448eb211c80319c"

REQUESTS = """
from portal.app import create_app
from portal.telemetry import logging_config
import logging.config
logging.config.dictConfig(logging_config("info"))
client = create_app().test_client()
client.get("/sign-in?next=/s3cret", headers={"traceparent": "00-%s-b7ad6b7169203331-01"})
client.get("/healthz")
client.post("/api/v1/auth/login", json={"email": "a@example.com", "password": "s3cret"})
"""
JOBS = """
import threading, time
from types import SimpleNamespace
from billing.workers.worker import Worker
from portal import tracing
tracing.begin("worker")
class Own(threading.local): passed = time.time_ns()
own = Own()  # time passes only where a job takes some, however busy the machine is
tracing.time = SimpleNamespace(time_ns=lambda: own.passed)
def take_time(): own.passed += 30_000_000
class Job:
    def __init__(self, name, act): self.name, self.act, self.times = name, act, 0
    def work(self):
        self.times += 1
        self.act()
        return 0.01
    def finish(self, seconds): pass
from billing import database
import os
database.connect(os.environ["MONGODB_URI"])
jobs = [Job("slow", take_time), Job("fails", lambda: 1 / 0), Job("idle", lambda: None)]
Worker().run(jobs, is_wanted=lambda: not all(job.times for job in jobs))
"""


class Collector(ThreadingHTTPServer):
    """Keeps the spans that it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.spans: list[tuple[str, Any]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.server.spans += [(told["service.name"], span) for span in scope.spans]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def run(
    db: Database[Row], uri: str, tmp_path: Path, *command: str, **environ: str
) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "MONGODB_URI": uri, "DATA_DIR": str(tmp_path), **environ}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_request_is_a_span_with_those_of_the_database_inside(
    db: Database[Row], mongodb_uri: str, tmp_path: Path, collector: Collector
) -> None:
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    done = run(db, mongodb_uri, tmp_path, "-c", REQUESTS % TRACE, **told)
    spans = {span.name: span for _, span in collector.spans}
    assert {service for service, _ in collector.spans} == {"duebill-portal"}
    assert not [name for name in spans if "healthz" in name]
    page, login = spans["GET /sign-in"], spans["POST /api/v1/auth/login"]
    assert page.trace_id.hex() == TRACE
    assert attributes(login)["http.response.status_code"] == 401
    inside = [span for _, span in collector.spans if span.parent_span_id == login.span_id]
    assert "find users" in {span.name for span in inside}
    assert attributes(inside[0])["db.system.name"] == "mongodb"
    assert "s3cret" not in str(collector.spans)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    logged = {line["path"]: line for line in lines if "path" in line}
    assert logged["/sign-in"]["trace_id"] == TRACE
    assert logged["/sign-in"]["span_id"] == page.span_id.hex()


def test_jobs_are_told_of_when_they_took_a_while_or_failed(
    db: Database[Row], mongodb_uri: str, tmp_path: Path, collector: Collector
) -> None:
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    run(db, mongodb_uri, tmp_path, "-c", JOBS, **told)
    names = [(service, span.name) for service, span in collector.spans]
    assert set(names) == {("duebill-worker", "job slow"), ("duebill-worker", "job fails")}
    failed = next(span for _, span in collector.spans if span.name == "job fails")
    assert "ZeroDivisionError" in str(failed.events)


def test_a_command_is_a_span(
    db: Database[Row], mongodb_uri: str, tmp_path: Path, collector: Collector
) -> None:
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    run(db, mongodb_uri, tmp_path, "-m", "flask", "billing", "run", **told)
    assert ("duebill-command", "flask billing run") in {(s, x.name) for s, x in collector.spans}


def test_nothing_of_it_is_loaded_unless_asked_for(
    db: Database[Row], mongodb_uri: str, tmp_path: Path
) -> None:
    asked = "import sys, wsgi; print(*sys.modules)"
    loaded = run(db, mongodb_uri, tmp_path, "-c", asked).stdout.split()
    # redis-py loads what counts where it finds it; nothing that traces or sends is loaded.
    ours = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "google.protobuf")
    assert not [name for name in loaded if name.startswith((*ours, "portal.tracing_commands"))]
