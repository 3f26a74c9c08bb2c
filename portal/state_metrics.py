"""How the whole installation does, asked when the metrics are read: the same from every portal."""

from collections.abc import Iterator

import pymongo
from mongoengine.connection import ConnectionFailure as NotConnected
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from pymongo.errors import PyMongoError

from billing.backups.last import backup_age
from billing.migrations.version import outstanding, schema_version
from billing.reports import operation
from billing.schema import NEWEST

_SECONDS = 1.0
_STATUSES = ("preparing", "running", "completed", "stopped", "refused", "interrupted")

Metrics = Iterator[GaugeMetricFamily]


def state_metrics(*, is_database_up: bool, is_redis_up: bool | None) -> bytes:
    """Prometheus text. `is_redis_up` is None where no Redis is set."""
    found = [_gauge("duebill_database_up", "Whether the database answers", is_database_up)]
    if is_redis_up is not None:
        found.append(_gauge("duebill_redis_up", "Whether Redis answers", is_redis_up))
    if is_database_up:
        for look in (_run, _waiting, _upkeep, _disk, _replication):
            found += _within(look)
    registry = CollectorRegistry()
    registry.register(_Collected(found))
    return generate_latest(registry)


class _Collected:
    def __init__(self, found: list[GaugeMetricFamily]) -> None:
        self._found = found

    def collect(self) -> Metrics:
        yield from self._found


def _within(look: object) -> list[GaugeMetricFamily]:
    """What one look finds; nothing where the database lets us wait or refuses."""
    try:
        with pymongo.timeout(_SECONDS):
            return list(look())  # type: ignore[operator]
    except (PyMongoError, NotConnected):
        return []


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=float(value))


def _run() -> Metrics:
    yield _gauge(
        "duebill_subscriptions_due",
        "Subscriptions that a billing run would look at now, up to 1,000",
        operation.count_due(),
    )
    run = operation.newest_run()
    if run is None:
        return
    began, finished = run["created_at"], run.get("finished_at")
    told = "When the newest billing run began, Unix time"
    yield _gauge("duebill_run_started_timestamp_seconds", told, began.timestamp())
    if finished:
        told = "When the newest billing run ended, Unix time"
        yield _gauge("duebill_run_finished_timestamp_seconds", told, finished.timestamp())
    yield _gauge("duebill_run_invoices", "Invoices of the newest billing run", run["invoiced"])
    told = "Subscriptions that the newest billing run had to skip"
    yield _gauge("duebill_run_skipped", told, run["skipped"])
    told = "1 for the state of the newest billing run"
    states = GaugeMetricFamily("duebill_run_state", told, labels=["state"])
    for state in _STATUSES:
        states.add_metric([state], float(state == run["status"]))
    yield states


def _waiting() -> Metrics:
    told = "For how long the oldest event has waited for its number"
    yield _gauge("duebill_events_oldest_age_seconds", told, operation.oldest_event_age())
    told = "For how long the mail that is due longest has waited"
    yield _gauge("duebill_mails_oldest_age_seconds", told, operation.oldest_mail_age())


def _upkeep() -> Metrics:
    told = "Seconds since the last backup that was written whole"
    yield _gauge("duebill_backup_age_seconds", told, backup_age())
    told = "Migrations that this portal knows and the database has not gone through"
    yield _gauge("duebill_migrations_outstanding", told, len(outstanding()))
    told = "The version of the database's schema"
    yield _gauge("duebill_schema_version", told, schema_version())
    told = "The newest version of the schema that this portal knows"
    yield _gauge("duebill_schema_version_known", told, NEWEST)


def _disk() -> Metrics:
    used, size = operation.database_disk()
    if size:
        told = "Used bytes of the disk below the primary's data"
        yield _gauge("duebill_database_disk_used_bytes", told, used)
        yield _gauge("duebill_database_disk_size_bytes", "All bytes of that disk", size)


def _replication() -> Metrics:
    told = "Seconds a member of the replica set is behind the primary"
    lags = GaugeMetricFamily("duebill_replication_lag_seconds", told, labels=["member"])
    told = "Whether a member of the replica set answers the primary"
    ups = GaugeMetricFamily("duebill_replica_up", told, labels=["member"])
    for member, lag in operation.replication().items():
        ups.add_metric([member], float(lag is not None))
        if lag is not None:
            lags.add_metric([member], lag)
    yield lags
    yield ups
