"""A client of the Duebill API in a hundred lines: copy it and make it yours.

>>> duebill = Duebill("https://billing.example.com", client_id="…", client_secret="…")
>>> for customer in duebill.list("/customers", status="active"):
...     duebill.write("PATCH", f"/customers/{customer['id']}", {"metadata": {"seen": "yes"}})
"""

import base64
import hmac
import json
import random
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import requests


class Refused(Exception):
    """The API said no. `code` is stable, for programs; the text is for people."""

    def __init__(self, answer: requests.Response) -> None:
        problem = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
        self.status, self.code = answer.status_code, problem.get("code") or problem.get("error")
        self.errors = problem.get("errors", [])  # [{"field": "email", "message": "is required"}]
        super().__init__(f"{self.code}: {self.errors or problem.get('detail') or answer.reason}")


class Duebill:
    """Speaks to one portal: for a program with client_id and client_secret, for a person with
    email and password. Signs in when it has to, and again before the token expires."""

    def __init__(self, address: str, **who: str) -> None:
        self._address, self._who = address, who
        self._http, self._expires = requests.Session(), 0.0

    def get(self, path: str, **filters: Any) -> Any:
        """One object, or one page of a list."""
        return self._answer("GET", path, params=filters)

    def list(self, path: str, **filters: Any) -> Iterator[dict[str, Any]]:
        """Every object of a list, page after page."""
        page = self.get(path, **filters)
        yield from page["data"]
        while cursor := page["next_cursor"]:
            page = self.get(path, cursor=cursor, **filters)
            yield from page["data"]

    def write(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """POST, PUT, PATCH or DELETE: with one key for all tries, so that it is done once.
        A `key` of your own, such as `order-8812`, keeps that true when your program restarts."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._answer(method, path, json=body, headers=headers)

    def _answer(self, method: str, path: str, **content: Any) -> Any:
        """Tries again after a lost connection, and when the answer says that it may help."""
        pauses, wait = [1, 2, 4, 8, 16], 0  # seconds between tries; then it is given up
        while True:
            try:
                answer = self._ask(method, path, **content)
                if answer.ok:
                    return answer.json() if answer.content else None
                wait = int(answer.headers.get("Retry-After", 0))
                if not pauses or not (wait or answer.status_code >= 500):
                    raise Refused(answer)
            except requests.RequestException:
                if not pauses:
                    raise
            time.sleep(max(wait, pauses.pop(0)) * random.uniform(1, 1.2))

    def _ask(self, method: str, path: str, **content: Any) -> requests.Response:
        if time.monotonic() > self._expires:
            answer = self._sign_in()
            if not answer.ok:
                return answer
            self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            self._expires = time.monotonic() + answer.json()["expires_in"] - 60
        return self._http.request(method, f"{self._address}/api/v1{path}", timeout=30, **content)

    def _sign_in(self) -> requests.Response:
        if "email" in self._who:
            return requests.post(f"{self._address}/api/v1/auth/login", json=self._who, timeout=30)
        client = self._who["client_id"], self._who["client_secret"]
        form = {"grant_type": "client_credentials"}
        return requests.post(f"{self._address}/oauth/token", data=form, auth=client, timeout=30)


def verified_webhook(secret: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The message in a webhook that Duebill sent just now. Raises ValueError for any other."""
    sent_at = headers.get("webhook-timestamp", "")
    if abs(time.time() - int(sent_at)) > 5 * 60:
        raise ValueError("The webhook is too old, or one of the clocks is wrong.")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers.get('webhook-id')}.{sent_at}.".encode() + body  # the bytes as they came
    wanted = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    given = headers.get("webhook-signature", "").encode().split()  # two, while secrets are changed
    if not any(hmac.compare_digest(signature, wanted) for signature in given):
        raise ValueError("The webhook is not signed with this secret.")
    return json.loads(body)
