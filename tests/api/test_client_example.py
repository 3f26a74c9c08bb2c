"""The client of the documentation, against a portal that is really served."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import Webhook, WebhookVerificationError
from werkzeug.wrappers import Response

from billing import clock
from billing.database import Database, Row
from billing.webhooks import targets
from tests.api.factories import (
    create_customer,
    create_invoice,
    create_told_client,
    create_user,
)
from tests.billing.webhooks.receiver import receiving
from tests.browser.live import served
from tests.factories import PASSWORD

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "duebill_client.py"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Fault = Callable[[dict[str, Any], Response], Response]


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location(EXAMPLE.stem, EXAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Unreliable:
    """A network before the portal: `faults` befall the next answers, one each."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.asked: list[str] = []
        self.faults: list[Fault | None] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        answer = Response.from_app(self.app, environ, buffered=True)
        fault = self.faults.pop(0) if self.faults else None
        return (fault(environ, answer) if fault else answer)(environ, start_response)


def lost(environ: dict[str, Any], answer: Response) -> Response:
    """The portal did it, and nobody heard."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return answer


def cut_off(environ: dict[str, Any], answer: Response) -> Response:
    """The half of the answer arrives."""
    body = answer.get_data()
    answer.set_data(body[: len(body) // 2])
    answer.headers["Content-Length"] = str(len(body))
    return answer


def refused_for_now(status: int, **headers: str) -> Fault:
    """What a proxy answers while the portal is restarted or busy."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_: Response("<h1>Busy</h1>", status, named, content_type="text/html")


@pytest.fixture
def network(app: Flask, db: Database[Row]) -> Unreliable:
    return Unreliable(app)


@pytest.fixture
def duebill(example: ModuleType, network: Unreliable) -> Iterator[Any]:
    """The client, signed in as an admin."""
    with served(network) as address:  # type: ignore[arg-type]
        yield example.Duebill(address, email=create_user().email, password=PASSWORD)


@pytest.fixture
def slept(example: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client waited each time, without waiting."""
    waits: list[float] = []
    clocks = SimpleNamespace(sleep=waits.append, monotonic=time.monotonic, time=time.time)
    monkeypatch.setattr(example, "time", clocks)
    monkeypatch.setattr(example, "random", SimpleNamespace(uniform=lambda low, high: low))
    return waits


def test_it_is_short_and_needs_requests_only() -> None:
    text = EXAMPLE.read_text()
    assert len(text.splitlines()) <= 100
    imported = {
        alias if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in ([node.module] if isinstance(node, ast.ImportFrom) else node.names)
    }
    assert {str(name).partition(".")[0] for name in imported} - sys.stdlib_module_names == {
        "requests"
    }


def test_its_read_me_runs(
    duebill: Any, db: Database[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    customer = create_customer()
    with clock.frozen(clock.now() - timedelta(days=60)):
        late = create_invoice(customer_id=customer.id)
    (code,) = re.findall("```python\n(.*?)```", EXAMPLE.with_name("README.md").read_text(), re.S)
    exec(code.replace("cus_…", customer.id), {"Duebill": lambda *_, **__: duebill})
    assert capsys.readouterr().out == f"{late.number} 10000\n"
    assert db.invoices.count_documents({"total": 15000}) == 1


def test_it_gives_every_object_of_a_list_once(duebill: Any, network: Unreliable) -> None:
    made = [create_customer(name=f"Acme {n}").id for n in range(7)]
    create_customer(name="Other")
    found = [customer["id"] for customer in duebill.list("/customers", q="acme", limit=3)]
    assert found == made[::-1]
    assert network.asked.count("GET /api/v1/customers") == 3
    assert network.asked.count("POST /api/v1/auth/login") == 1
    assert list(duebill.list("/customers", q="nobody")) == []
    assert duebill.get(f"/customers/{made[0]}")["name"] == "Acme 0"


def test_a_program_signs_in_with_its_client(
    duebill: Any, example: ModuleType, network: Unreliable, db: Database[Row]
) -> None:
    told = create_told_client(scopes=["read:customers", "write:customers"])
    program = example.Duebill(duebill._address, client_id=told.client.id, client_secret=told.secret)
    made = program.write("POST", "/customers", {"name": "Acme", "email": "acme@example.com"})
    assert [customer["id"] for customer in program.list("/customers")] == [made["id"]]
    assert network.asked.count("POST /oauth/token") == 1
    with pytest.raises(example.Refused, match=r"^missing_scope: .*read:invoices"):
        program.get("/invoices")
    program = example.Duebill(duebill._address, client_id=told.client.id, client_secret="wrong")
    with pytest.raises(example.Refused, match=r"^invalid_client: "):
        program.get("/customers")


def test_what_is_refused_says_why(duebill: Any, example: ModuleType, slept: list[float]) -> None:
    with pytest.raises(example.Refused, match=r"^invalid: .*is not a valid email") as caught:
        duebill.write("POST", "/customers", {"name": "", "email": "x"})
    assert (caught.value.status, caught.value.code) == (422, "invalid")
    assert {error["field"] for error in caught.value.errors} == {"name", "email"}
    with pytest.raises(example.Refused, match=r"^customer_not_found: There"):
        duebill.get("/customers/cus_01JD0000000000000000000000")
    duebill._expires, duebill._who["password"] = 0, "wrong"
    with pytest.raises(example.Refused, match=r"^invalid_credentials: Email"):
        duebill.get("/me")
    assert slept == [], "trying again would not help"


def test_a_write_whose_answer_is_lost_is_done_once(
    duebill: Any, network: Unreliable, slept: list[float], db: Database[Row]
) -> None:
    duebill.get("/me")
    network.faults = [lost, cut_off, refused_for_now(502), None]
    body = {"name": "Acme", "email": "acme@example.com"}
    made = duebill.write("POST", "/customers", body)
    assert [row["_id"] for row in db.customers.find()] == [made["id"]]
    assert network.asked.count("POST /api/v1/customers") == 4
    assert slept == [1, 2, 4]
    assert duebill.write("DELETE", f"/customers/{made['id']}") is None


def test_a_key_of_ones_own_holds_after_a_restart(
    duebill: Any, example: ModuleType, network: Unreliable, db: Database[Row]
) -> None:
    body = {"name": "Acme", "email": "acme@example.com"}
    made = duebill.write("POST", "/customers", body, key="order-8812")
    again = example.Duebill(duebill._address, **duebill._who)
    assert again.write("POST", "/customers", body, key="order-8812") == made
    with pytest.raises(example.Refused, match="idempotency_key_reused"):
        again.write("POST", "/customers", {**body, "name": "Other"}, key="order-8812")


def test_it_waits_as_long_as_it_is_told(
    duebill: Any, network: Unreliable, slept: list[float]
) -> None:
    network.faults = [
        refused_for_now(429, Retry_After="17"),  # at the sign-in
        None,
        refused_for_now(503, Retry_After="5"),
        refused_for_now(409, Retry_After="1"),
    ]
    assert duebill.get("/me")["object"]
    assert slept == [17, 5, 4]


@pytest.mark.parametrize(
    ("fault", "raised"), [(lost, "requests.ConnectionError"), (refused_for_now(500), "Refused")]
)
def test_it_gives_up_at_last(
    duebill: Any,
    example: ModuleType,
    network: Unreliable,
    slept: list[float],
    fault: Fault,
    raised: str,
) -> None:
    network.faults = [fault] * 6
    with pytest.raises(attrgetter(raised)(example)):
        duebill.get("/me")
    assert slept == [1, 2, 4, 8, 16]


def test_it_signs_in_again_before_the_token_expires(duebill: Any, network: Unreliable) -> None:
    duebill.get("/me")
    duebill._expires -= timedelta(minutes=13, seconds=50).total_seconds()
    duebill.get("/me")
    assert network.asked.count("POST /api/v1/auth/login") == 1
    duebill._expires -= 15
    duebill.get("/me")
    assert network.asked.count("POST /api/v1/auth/login") == 2


def signed(body: str, at: datetime, secret: str = SECRET) -> dict[str, str]:
    """The headers of a webhook, by a library that is not ours."""
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", at, body),
    }


BODY = json.dumps({"type": "invoice.paid", "data": {"total": 4900, "name": "Zoë"}})


def test_a_webhook_is_accepted_that_the_reference_library_signs(example: ModuleType) -> None:
    now = datetime.now(UTC)
    headers = signed(BODY, now)
    assert example.verified_webhook(SECRET, headers, BODY.encode()) == json.loads(BODY)
    Webhook(SECRET).verify(BODY, headers)
    headers["webhook-signature"] = f"v1,AAAA v1a,{SECRET} {headers['webhook-signature']}"
    assert example.verified_webhook(SECRET, headers, BODY.encode())
    late = signed(BODY, now - timedelta(seconds=290))
    assert example.verified_webhook(SECRET, late, BODY.encode())


def test_a_webhook_is_refused_that_the_reference_library_refuses(example: ModuleType) -> None:
    now = datetime.now(UTC)
    good = signed(BODY, now)
    signature = good["webhook-signature"]
    other = "whsec_" + SECRET[6:].swapcase()
    cases: dict[str, tuple[dict[str, str], str]] = {
        "another body": (good, BODY + " "),
        "another secret": (signed(BODY, now, other), BODY),
        "another id": ({**good, "webhook-id": "evt_2"}, BODY),
        "another time": ({**good, "webhook-timestamp": str(int(now.timestamp()) + 1)}, BODY),
        "no headers": ({}, BODY),
        "no time": ({**good, "webhook-timestamp": "now"}, BODY),
        "too old": (signed(BODY, now - timedelta(seconds=310)), BODY),
        "too new": (signed(BODY, now + timedelta(seconds=310)), BODY),
        "no signature": ({**good, "webhook-signature": ""}, BODY),
        "another version": ({**good, "webhook-signature": f"v2{signature[2:]}"}, BODY),
        "not ASCII": ({**good, "webhook-signature": "v1,é"}, BODY),
    }  # fmt: skip
    accepted = []
    for name, (headers, body) in cases.items():
        with pytest.raises((WebhookVerificationError, ValueError)):
            Webhook(SECRET).verify(body, headers)
        try:
            example.verified_webhook(SECRET, headers, body.encode())
        except ValueError:
            continue
        accepted.append(name)
    assert accepted == []


def test_a_webhook_that_the_portal_sends_is_accepted(
    duebill: Any, example: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(targets._allowed, "private", True)
    with receiving() as receiver:
        told = {"url": receiver.url, "event_types": ["*"]}
        endpoint = duebill.write("POST", "/webhook_endpoints", told)
        path = f"/webhook_endpoints/{endpoint['id']}"
        duebill.write("POST", f"{path}/test")
        renewed = duebill.write("POST", f"{path}/rotate_secret", {"overlap_hours": 1})
        duebill.write("POST", f"{path}/test")
    first, second = receiver.got
    for secret, got in [
        (endpoint["secret"], first),
        (endpoint["secret"], second),
        (renewed["secret"], second),
    ]:
        message = example.verified_webhook(secret, got.headers, got.body)
        assert message["type"] == "webhook.test"
        assert message["data"]["id"] == got.id
    with pytest.raises(ValueError, match="not signed"):
        example.verified_webhook(renewed["secret"], first.headers, first.body)
