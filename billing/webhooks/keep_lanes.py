"""The lanes that a worker has: taken, shared with other workers, held, and given back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from billing.database import Row, database
from billing.transactions import in_transaction
from billing.webhooks.lane import Lane
from billing.webhooks.lanes import (
    LaneLost,
    hold_lane,
    release_lane,
    renew_lanes,
    take_lanes,
)
from billing.webhooks.models import ENDPOINTS
from billing.webhooks.settle import bring_forward, health_of
from billing.workers.heartbeats import workers_alive


class KeptLanes:
    """The lanes of one worker, by endpoint."""

    def __init__(self, worker: str, lease_seconds: float) -> None:
        self._worker, self._seconds = worker, lease_seconds
        self._lanes: dict[str, Lane] = {}
        self._turn = 0

    def get(self, endpoint_id: str) -> Lane | None:
        """The lane, if it is ours."""
        return self._lanes.get(endpoint_id)

    def items(self) -> list[tuple[str, Lane]]:
        return list(self._lanes.items())

    def in_turn(self) -> Iterator[tuple[str, Lane]]:
        """All of them, each time another one first."""
        lanes = self.items()
        self._turn += 1
        start = self._turn % len(lanes) if lanes else 0
        yield from lanes[start:] + lanes[:start]

    def tend(self, now: datetime) -> None:
        """Hold what is ours, give back what is not wanted, take what is free."""
        enabled = {row["_id"]: row for row in _enabled_endpoints()}
        held = {
            row["_id"]: row for row in renew_lanes(self._worker, list(self._lanes), self._seconds)
        }
        for endpoint_id, lane in self.items():
            lane.is_closing = endpoint_id not in enabled
            lane.endpoint = enabled.get(endpoint_id, lane.endpoint)
            if endpoint_id not in held:
                self.forget(endpoint_id)
            elif lane.is_idle and not lane.queue:
                lane.close()
        self._share(enabled, now)
        self.release_idle()
        for endpoint_id in self._lanes.keys() & held.keys():
            if held[endpoint_id].get("begin_again"):
                self._begin_again(endpoint_id, now)

    def close_all(self) -> None:
        """Let nothing more begin."""
        for lane in self._lanes.values():
            lane.is_closing = True
            lane.drop_queue()

    def all_idle(self) -> bool:
        return all(lane.is_idle for lane in self._lanes.values())

    def release_idle(self) -> None:
        """Give back the lanes that are closing and have nothing under way."""
        for endpoint_id, lane in self.items():
            if lane.is_closing and lane.is_idle:
                release_lane(self._worker, endpoint_id)
                self.forget(endpoint_id)

    def forget(self, endpoint_id: str) -> None:
        """The lane is not ours any more; what is under way on it counts for nothing."""
        if lane := self._lanes.pop(endpoint_id, None):
            lane.is_closing = True
            lane.close()

    def _share(self, enabled: dict[str, Row], now: datetime) -> None:
        """As many lanes as each living worker would have if all had as many."""
        # Within half a lease: the share of one that died is free before its lanes are.
        workers = max(1, len(workers_alive("deliver", self._seconds / 2)))
        share = -(-len(enabled) // workers)
        for endpoint_id in list(self._lanes)[share:]:
            self._lanes[endpoint_id].is_closing = True
        wanted = [each for each in enabled if each not in self._lanes]
        most = share - len(self._lanes)
        if not wanted or most <= 0:
            return
        for row in take_lanes(self._worker, wanted, most, self._seconds):
            self._lanes[row["_id"]] = Lane(enabled[row["_id"]], health_of(row), due_at=now)

    def _begin_again(self, endpoint_id: str, now: datetime) -> None:
        """Try all that waits for the endpoint at once; somebody says that it works."""

        def write() -> None:
            change = {"$unset": {"begin_again": 1, "resume_at": 1}}
            hold_lane(self._worker, endpoint_id, change)
            bring_forward(endpoint_id, now)

        try:
            in_transaction(write)
        except LaneLost:
            self.forget(endpoint_id)
            return
        lane = self._lanes[endpoint_id]
        lane.health, lane.due_at = replace(lane.health, resume_at=None), now


def _enabled_endpoints() -> list[Row]:
    fields = {"url": 1, "secrets": 1}
    return list(database()[ENDPOINTS].find({"status": "enabled"}, fields))
