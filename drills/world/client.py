"""A client of the API that keeps to its rules: one key for each deed, the same when it asks again.

`call` asks once and tells what happened, also when nothing came back.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 where no answer came, and `body` then what came in its place."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_acknowledged(self) -> bool:
        return 200 <= self.status < 300

    @property
    def outcome(self) -> str:
        """The status, and the code of what went wrong: the portal's are not those of nginx."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        return f"{self.status} {code}" if code and not self.is_acknowledged else str(self.status)

    @property
    def is_settled(self) -> bool:
        """Whether asking again with the same key gives nothing new."""
        return self.status not in {0, 409, 429, 500, 502, 503, 504}


class Client:
    """Threads may share it. `source` is the address of this machine that it comes from."""

    def __init__(
        self, address: str, token: str, seconds: float, *, source: str | None = None
    ) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(
            maxsize=64,
            retries=False,
            timeout=seconds,
            source_address=(source, 0) if source else None,
        )

    def call(
        self, method: str, path: str, body: object = None, key: str | None = None, **headers: str
    ) -> Answer:
        """One request to /api/v1; `key` is its Idempotency-Key."""
        sent = {**self._headers, **headers, **({"Idempotency-Key": key} if key else {})}
        content = None if body is None else json.dumps(body).encode()
        return self.raw(method, f"/api/v1{path}", content, sent)

    def raw(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request, as it is; no redirect is followed."""
        try:
            got = self._pool.request(
                method, self._address + path, body=content, headers=headers, redirect=False
            )
        except (HTTPError, OSError) as error:
            return Answer(0, {"code": type(error).__name__})
        told = {name.lower(): value for name, value in got.headers.items()}
        is_json = "json" in told.get("content-type", "")
        try:
            value = json.loads(got.data) if is_json and got.data else got.data
        except ValueError:
            value = got.data
        return Answer(got.status, value, told)

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: object, key: str | None = None) -> Answer:
        return self.call("POST", path, body, key)
