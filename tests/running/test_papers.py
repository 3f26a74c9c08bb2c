"""Workers that gunicorn forked set papers, also many at once, and do all else meanwhile."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from billing.database import Database, Row
from billing.settings import Settings
from billing.users.tokens import Tokens
from tests.factories import create_customer, create_invoice, create_user
from tests.running.test_serve import Portal

pytestmark = pytest.mark.slow

LINES = [{"description": f"Day {number}", "unit_amount": 5000} for number in range(40)]


def test_many_papers_at_once_and_nobody_waits_for_ever(
    db: Database[Row], mongodb_uri: str, settings: Settings, tmp_path: Path
) -> None:
    portal = Portal(
        tmp_path,
        MONGODB_URI=mongodb_uri,
        SECRET_KEY=settings.secret_key,
        JWT_SECRET=settings.jwt_secret,
        PUBLIC_URL="http://papers.localhost",
    )
    try:
        token = Tokens(settings.jwt_secret, "http://papers.localhost").issue(create_user())
        customer = create_customer(name="山田太郎")
        papers = [create_invoice(customer=customer, line_items=LINES).id for _ in range(12)]
        portal.wait_until_ready()
        paths = [f"/api/v1/invoices/{paper}/pdf" for paper in papers]
        with ThreadPoolExecutor(16) as pool:
            asked = [pool.submit(body_of, portal, path, token.access_token) for path in paths * 2]
            alive = [pool.submit(body_of, portal, "/healthz") for _ in range(12)]
            pdfs = [answer.result(60) for answer in asked]
        assert pdfs[:12] == pdfs[12:], "the second reader of each gets the same"
        assert all(pdf.startswith(b"%PDF-") for pdf in pdfs)
        assert {json.loads(answer.result())["status"] for answer in alive} == {"alive"}
    finally:
        _, log = portal.stop()
    assert "WORKER TIMEOUT" not in log


def body_of(portal: Portal, path: str, token: str = "") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return answer.read()
    finally:
        connection.close()
