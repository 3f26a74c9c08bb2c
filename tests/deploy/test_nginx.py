"""The deployed nginx: a real one, before servers that tell what reached them."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from billing.settings import Settings
from portal.app import create_app
from tests.deploy.upstreams import Upstream, upstreams
from tests.nginx_server import DEPLOYED, NginxServer, nginx_server
from tests.ports import free_port
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def behind() -> Iterator[list[Upstream]]:
    with upstreams() as servers:
        yield servers


@pytest.fixture(scope="module")
def running(
    behind: list[Upstream], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NginxServer]:
    directory = tmp_path_factory.mktemp("nginx")
    with nginx_server(directory, [server.address for server in behind]) as server:
        yield server


@pytest.fixture
def nginx(running: NginxServer, behind: list[Upstream]) -> NginxServer:
    for server in behind:
        server.heard.clear()
    return running


class Answer:
    def __init__(self, given: http.client.HTTPResponse) -> None:
        self.status = given.status
        self.headers = given.headers
        self.raw = given.read()

    @property
    def json(self) -> dict[str, object]:
        return dict(json.loads(self.raw))


def ask(
    nginx: NginxServer, method: str, path: str, body: str | None = None, **headers: str
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body, named)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def test_nothing_that_a_client_says_of_itself_is_passed_on(nginx: NginxServer) -> None:
    lies = {"X_Forwarded_For": "6.6.6.6", "X_Forwarded_Proto": "https", "Forwarded": "for=6.6.6.6"}
    lies |= {"X_Forwarded_Host": "evil.example", "X_Forwarded_Prefix": "/x", "Host": "a.example:81"}
    told = ask(nginx, "GET", "/api/v1/me", **lies, X_Request_Id="order-66").json["headers"]
    assert isinstance(told, dict)
    found = {name: value for name, value in told.items() if name not in {"Accept-Encoding"}}
    assert found == {
        "Host": "a.example:81",
        "X-Forwarded-Host": "a.example:81",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-For": "127.0.0.1",
        "X-Request-Id": "order-66",
    }


def test_an_id_that_is_not_sane_is_replaced(nginx: NginxServer) -> None:
    told = ask(nginx, "GET", "/", X_Request_Id="no id").json["headers"]
    assert isinstance(told, dict)
    assert re.fullmatch("[0-9a-f]{32}", told["X-Request-Id"])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_portal_that_is_away_is_not_noticed(
    tmp_path: Path, behind: list[Upstream], method: str
) -> None:
    gone = f"127.0.0.1:{free_port()}"
    with nginx_server(tmp_path, [gone, behind[0].address]) as nginx:
        found = [ask(nginx, method, "/api/v1/x", "{}").status for _ in range(6)]
    assert found == [200] * 6


def test_a_portal_that_has_just_come_back_is_asked_while_the_next_is_restarted(
    tmp_path: Path,
) -> None:
    port = free_port()
    with upstreams(0) as (second,), nginx_server(
        tmp_path, [f"127.0.0.1:{port}", second.address]
    ) as nginx:  # fmt: skip
        second.hangs_up = True
        for _ in range(8):
            assert ask(nginx, "POST", "/api/v1/x", "{}").status == 200
        with upstreams(port) as (first,):
            second.shutdown()
            second.server_close()
            found = [ask(nginx, "POST", "/api/v1/x", "{}").status for _ in range(6)]
            assert (found, len(first.heard)) == ([200] * 6, 6)


def times_heard(behind: list[Upstream]) -> int:
    return sum(len(server.heard) for server in behind)


@pytest.mark.parametrize(
    ("method", "path", "key", "times"),
    [
        ("GET", "/page", None, 3),
        ("POST", "/page", None, 1),
        ("POST", "/api/v1/payments", None, 1),
        ("POST", "/api/v1/payments", "order-66", 3),
    ],
)
def test_what_a_dying_portal_may_have_done_is_repeated_only_where_that_is_safe(
    tmp_path: Path, method: str, path: str, key: str | None, times: int
) -> None:
    with upstreams() as behind, nginx_server(tmp_path, [each.address for each in behind]) as nginx:
        for server in behind:
            server.dies = True
        keyed = {"Idempotency_Key": key} if key else {}
        assert ask(nginx, method, path, "{}", **keyed).status == 502
        assert times_heard(behind) == times


def test_what_nginx_answers_itself_is_a_problem_to_programs_and_a_page_to_people(
    nginx: NginxServer, behind: list[Upstream]
) -> None:
    large = "x" * (1024 * 1024 + 1)
    problem = ask(nginx, "POST", "/api/v1/customers", large, Idempotency_Key="k")
    assert (problem.status, problem.headers["Content-Type"]) == (413, "application/problem+json")
    assert problem.json == {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "detail": "The body must be at most 1 MiB.",
        "code": "body_too_large",
        "errors": [],
        "request_id": problem.headers["X-Request-Id"],
    }
    page = ask(nginx, "POST", "/customers/new", large, Accept_Language="de-AT,de")
    assert (page.status, page.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert "<h1>Das ist zu groß</h1>" in page.raw.decode()
    assert not times_heard(behind)
    assert ask(nginx, "POST", "/customers/new", large[:-1]).status == 200


def test_a_flood_of_attempts_to_sign_in_is_held_back(
    nginx: NginxServer, behind: list[Upstream]
) -> None:
    began = time.monotonic()
    found = [ask(nginx, "POST", "/oauth/token", "a=b").status for _ in range(50)]
    assert found[:20] == [200] * 20
    one_a_second = time.monotonic() - began + 1
    assert 50 - found.count(429) == found.count(200) <= 31 + one_a_second < 50
    tried = (ask(nginx, "POST", "/api/v1/auth/login", "{}") for _ in range(10))
    refused = next(answer for answer in tried if answer.status != 200)
    assert refused.json["code"] == "too_many_requests"
    assert refused.headers["Retry-After"] == "60"
    assert ask(nginx, "GET", "/sign-in").status == 200
    assert ask(nginx, "POST", "/customers/new").status == 200


def test_no_query_and_no_one_time_link_is_logged(nginx: NginxServer, settings: Settings) -> None:
    rules = [rule.rule for rule in create_app(settings, connect=False).url_map.iter_rules()]
    with_token = [rule for rule in rules if "token>" in rule]
    assert len(with_token) >= 4
    for rule in with_token:
        ask(nginx, "GET", re.sub("<[^>]*>", "S3CR3T", rule) + "?next=S3CR3T")
    expected = {rule.split("<")[0] + "-" for rule in with_token}
    # A request is logged after its answer has left, and so maybe after it is read here.
    wait_until(lambda: expected <= {line["path"] for line in logged(nginx)})
    assert "S3CR3T" not in nginx.log.read_text()


def logged(nginx: NginxServer) -> list[dict[str, object]]:
    return [json.loads(line) for line in nginx.log.read_text().splitlines()]


def test_a_static_file_with_its_hash_is_asked_for_once(
    nginx: NginxServer, behind: list[Upstream]
) -> None:
    asked = [ask(nginx, "GET", "/static/app.css?v=abc") for _ in range(3)]
    assert times_heard(behind) == 1
    assert len({answer.headers["X-Request-Id"] for answer in asked}) == 3
    for _ in range(2):
        ask(nginx, "GET", "/static/app.css")
    assert times_heard(behind) == 3


def test_pages_are_compressed_and_the_tags_of_the_api_stay_strong(nginx: NginxServer) -> None:
    page = ask(nginx, "GET", "/page", Accept_Encoding="gzip")
    assert page.headers["Content-Encoding"] == "gzip"
    data = ask(nginx, "GET", "/api/v1/customers/cus_1", Accept_Encoding="gzip")
    assert (data.headers["Content-Encoding"], data.headers["ETag"]) == (None, '"3"')


def test_metrics_are_not_for_everyone(nginx: NginxServer, behind: list[Upstream]) -> None:
    assert ask(nginx, "GET", "/metrics").status == 404
    assert not times_heard(behind)


def test_a_slow_client_is_dropped_and_never_reaches_a_portal(
    tmp_path: Path, behind: list[Upstream]
) -> None:
    nginx = NginxServer(tmp_path, [behind[0].address])
    deployed = tmp_path / "conf/nginx.conf"
    text, slow = re.subn(r"(client_(?:header|body)_timeout) 5s;", r"\1 1s;", deployed.read_text())
    assert slow == 2
    deployed.write_text(text)
    before = times_heard(behind)
    nginx.start()
    try:
        begun = (
            b"GET / HTTP/1.1\r\nHost:",
            b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1",
        )
        lines = [socket.create_connection(("127.0.0.1", nginx.port), timeout=20) for _ in begun]
        for line, said in zip(lines, begun, strict=True):
            line.sendall(said)
        for line in lines:
            with suppress(ConnectionResetError), line:
                assert not line.recv(1000).startswith(b"HTTP/1.1 2")
    finally:
        nginx.stop()
    assert times_heard(behind) == before


def make_certificate(directory: Path) -> None:
    """A key and a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    signed = built.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    (directory / "tls.crt").write_bytes(signed.public_bytes(pem))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (directory / "tls.key").write_bytes(key.private_bytes(pem, *plain))


def test_tls_may_end_in_nginx(tmp_path: Path, behind: list[Upstream]) -> None:
    make_certificate(tmp_path)
    nginx = NginxServer(tmp_path, [behind[0].address])
    text = (DEPLOYED / "nginx/tls.conf").read_text()
    text = text.replace("/run/secrets", str(tmp_path)).replace("[::]:", "127.0.0.2:")
    plain, text = free_port(), text.replace(" 8443", f" 127.0.0.1:{nginx.port}")
    text = text.replace(" 8080", f" 127.0.0.1:{plain}")
    (tmp_path / "conf/nginx/listen.conf").write_text(text)
    nginx.start()
    try:
        trusting = ssl.create_default_context(cafile=str(tmp_path / "tls.crt"))
        secure = http.client.HTTPSConnection("localhost", nginx.port, context=trusting, timeout=20)
        secure.request("GET", "/x")
        told = json.loads(secure.getresponse().read())["headers"]
        secure.close()
        assert told["X-Forwarded-Proto"] == "https"
        nginx.port = plain
        sent_on = ask(nginx, "POST", "/x?y=1")
        assert (sent_on.status, sent_on.headers["Location"]) == (308, "https://127.0.0.1/x?y=1")
    finally:
        nginx.stop()


def test_the_deployed_files_name_only_the_two_portals_and_are_understood(tmp_path: Path) -> None:
    nginx = NginxServer(tmp_path, [])
    upstream = (DEPLOYED / "nginx/upstream.conf").read_text()
    assert re.findall(r"^server (\S+)", upstream, re.M) == ["portal-1:3000", "portal-2:3000"] * 2
    conf = tmp_path / "conf/nginx"
    (conf / "upstream.conf").write_text(re.sub(r"portal-\d", "127.0.0.1", upstream))
    (conf / "listen.conf").write_text((DEPLOYED / "nginx/listen.conf").read_text())
    done = subprocess.run(nginx.command("-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
