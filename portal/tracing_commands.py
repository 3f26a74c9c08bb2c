"""A span for each command that is sent to MongoDB, inside the span of whatever asks."""

from opentelemetry import trace
from opentelemetry.trace import Span, StatusCode, Tracer
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)


class CommandSpans(CommandListener):
    """Tells the command's name and its collection, and nothing of what it says."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._open: dict[int, Span] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if not trace.get_current_span().is_recording():
            return
        named = event.command.get(event.command_name)
        where = f" {named}" if isinstance(named, str) else ""
        told = {"db.system.name": "mongodb", "db.operation.name": event.command_name}
        if where:
            told["db.collection.name"] = str(named)
        name = f"{event.command_name}{where}"
        self._open[event.request_id] = self._tracer.start_span(
            name, kind=trace.SpanKind.CLIENT, attributes=told
        )

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if span := self._open.pop(event.request_id, None):
            span.end()

    def failed(self, event: CommandFailedEvent) -> None:
        if span := self._open.pop(event.request_id, None):
            span.set_status(StatusCode.ERROR)
            span.end()
