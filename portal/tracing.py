"""OpenTelemetry traces, sent by OTLP over HTTP where OTEL_EXPORTER_OTLP_ENDPOINT is set.

`begin` in each process that is to tell, after the fork and before the database is connected: the
thread that sends does not survive a fork, and a client of MongoDB keeps the listeners it was made
with. Names follow OpenTelemetry's semantic conventions. No value of a query is ever told.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from flask import Flask, Response, g, request

from billing.tracing import trace_with

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_SHORT_NANOSECONDS = 20_000_000
_QUIET = frozenset({"static", "health.healthz", "health.readyz", "health.metrics"})
_begun: set[int] = set()


def begin(part: str) -> Tracer | None:
    """Trace this process, a `part` such as portal or worker; None where nobody asked for it."""
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").strip():
        return None
    from opentelemetry import trace

    if os.getpid() not in _begun:
        _begun.add(os.getpid())
        _send_from_here(part)
    tracer = trace.get_tracer("duebill")
    trace_with(partial(_span, tracer), _ids)
    return tracer


def _send_from_here(part: str) -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from pymongo import monitoring

    from portal.tracing_commands import CommandSpans

    name = os.environ.get("OTEL_SERVICE_NAME") or f"duebill-{part}"
    own = Resource.create({"service.name": name, "process.pid": os.getpid()})
    provider = TracerProvider(resource=own)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    monitoring.register(CommandSpans(trace.get_tracer("duebill")))


def flush() -> None:
    """Send what has not been sent, where a process ends without Python's own end."""
    if os.getpid() in _begun:
        from opentelemetry import trace

        trace.get_tracer_provider().force_flush(5000)  # type: ignore[attr-defined]


def _ids() -> dict[str, str]:
    from opentelemetry import trace

    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return {}
    return {"trace_id": f"{here.trace_id:032x}", "span_id": f"{here.span_id:016x}"}


@contextmanager
def _span(tracer: Tracer, name: str, repeated: bool) -> Iterator[None]:
    if not repeated:
        with tracer.start_as_current_span(name):
            yield
        return
    began, failure = time.time_ns(), None
    try:
        yield
    except Exception as error:
        failure = error
        raise
    finally:
        if failure or time.time_ns() - began >= _SHORT_NANOSECONDS:
            done = tracer.start_span(name, start_time=began)
            _note(done, failure)
            done.end()


def _note(span: Any, failure: BaseException | None) -> None:
    if failure:
        from opentelemetry.trace import StatusCode

        span.record_exception(failure)
        span.set_status(StatusCode.ERROR)


def trace_requests(app: Flask) -> None:
    """A span for each request of `app`, where traces are asked for; call it before other hooks.
    A command that makes an application serves none."""
    if not click.get_current_context(silent=True) and (tracer := begin("portal")):
        app.before_request(partial(_request_begins, tracer))
        app.after_request(_request_is_answered)
        app.teardown_request(_request_ends)


def _request_begins(tracer: Tracer) -> None:
    if request.endpoint in _QUIET:
        return
    from opentelemetry import context, propagate, trace

    route = request.url_rule.rule if request.url_rule else None
    attributes = {"http.request.method": request.method, "url.scheme": request.scheme}
    if route:
        attributes["http.route"] = route
    g.span = tracer.start_span(
        f"{request.method} {route or 'unmatched'}"[:200],
        context=propagate.extract(request.headers),
        kind=trace.SpanKind.SERVER,
        attributes=attributes,
    )
    g.span_token = context.attach(trace.set_span_in_context(g.span))


def _request_is_answered(response: Response) -> Response:
    if span := g.get("span"):
        span.set_attribute("http.response.status_code", response.status_code)
        span.set_attribute("duebill.request_id", g.get("request_id", ""))
        if response.status_code >= 500:
            from opentelemetry.trace import StatusCode

            span.set_status(StatusCode.ERROR)
    return response


def _request_ends(failure: BaseException | None) -> None:
    from opentelemetry import context

    if span := g.pop("span", None):
        context.detach(g.pop("span_token"))
        _note(span, failure)
        span.end()
