"""Handing over and erasing what is held of one person, in the browser and at the terminal."""

from __future__ import annotations

import io
import json
from inspect import unwrap
from pathlib import Path
from zipfile import ZipFile

import click
import pytest
from flask import Flask

from billing.customers.queries import get_customer
from billing.database import Database, Row
from billing.personal_data.erase import carry_out_erasure, erase
from billing.settings import Settings
from portal.background import _of_the_clock
from portal.cli import personal_data as commands
from tests.factories import create_customer, create_subscription, create_user
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been carried out in a process of its own."""
    found: list[str] = []
    monkeypatch.setattr("portal.personal_data.views.launch", lambda _, id_: found.append(id_))
    return found


def pages() -> list[str]:
    customer, user = create_customer(), create_user(role="viewer")
    own = [f"/customers/{customer.id}/personal-data", f"/users/{user.id}/personal-data"]
    return [*own, *(f"{path}.zip" for path in own)]


@pytest.mark.parametrize("role", ["viewer", "support", "billing"])
def test_only_admins_may(visiting_as: Visitor, role: str) -> None:
    visitor = visiting_as(role)
    for path in pages():
        assert visitor.get(path).status == 403, path
    customer = create_customer()
    assert "Personal data" not in visitor.get(f"/customers/{customer.id}").text


def test_strangers_find_nothing(stranger: PageClient, anonymous: PageClient) -> None:
    for path in pages():
        assert stranger.get(path).status == 404, path
        assert anonymous.get(path).to.startswith("/sign-in"), path


def test_who_is_not_there_is_said(admin: PageClient) -> None:
    for path in ("/customers/cus_none/personal-data", "/users/usr_none/personal-data"):
        assert admin.get(path).status == 404
        assert admin.get(f"{path}.zip").status == 404


def test_the_page_says_what_goes_what_stays_and_what_comes_first(admin: PageClient) -> None:
    customer = create_customer(name="Acme")
    subscription = create_subscription(customer_id=customer.id)
    path = f"/customers/{customer.id}/personal-data"
    assert path in admin.get(f"/customers/{customer.id}").links()
    seen = admin.get(path)
    assert seen.title == "Personal data of Acme"
    assert "keeps its names until" in seen.text
    assert f"Cancel the subscriptions that run: {subscription.id}." in seen.text
    assert "Erase for good" not in seen.text


def test_erasing_begins_and_is_told(
    admin: PageClient, launched: list[str], settings: Settings
) -> None:
    customer = create_customer(name="Acme")
    path = f"/customers/{customer.id}/personal-data"
    seen = admin.follow(admin.submit(path))
    assert launched == [customer.id]
    assert "Being erased since" in seen.text
    carry_out_erasure(customer.id, settings.retention_years)
    seen = admin.get(path)
    assert "Erased on" in seen.text
    assert "Acme" not in seen.html
    assert "Acme" not in admin.get(f"/customers/{customer.id}").html
    assert admin.get("/customers?q=Acme").links().isdisjoint({f"/customers/{customer.id}"})


def test_what_came_up_meanwhile_is_refused_in_words(admin: PageClient, launched: list[str]) -> None:
    customer = create_customer()
    seen = admin.get(f"/customers/{customer.id}/personal-data")
    subscription = create_subscription(customer_id=customer.id)
    seen = admin.send(seen)
    assert seen.status == 409
    assert subscription.id in seen.alerts()
    assert launched == []
    assert not get_customer(customer.id).is_deleted


def test_all_of_it_is_downloaded_as_a_zip_that_is_on_record(
    app: Flask, admin: PageClient, db: Database[Row]
) -> None:
    user = create_user(role="viewer", name="Vera Viewer")
    answer = admin.browser.get(f"/users/{user.id}/personal-data.zip")
    assert answer.mimetype == "application/zip"
    assert f"personal-data-{user.id}" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    archive = ZipFile(io.BytesIO(answer.data))
    answer.close()
    assert json.loads(archive.read("users.json"))[0]["name"] == "Vera Viewer"
    event = db.events.find_one({"type": "user.data_exported"}) or {}
    assert (event["object_id"], event["actor"]["name"]) == (user.id, "Ada Admin")


def test_the_terminal_can_do_the_same(
    db: Database[Row],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(command: click.Command, **given: object) -> str:
        unwrap(command.callback)(**given)  # type: ignore[arg-type]  # on the test's database
        return capsys.readouterr().out

    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    customer = create_customer(name="Acme")
    file = tmp_path / "acme.zip"
    assert "bytes" in run(commands.export, id_=customer.id, file=file)
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(ZipFile(file).read("customer.json"))[0]["name"] == "Acme"
    assert "Nothing was changed" in run(commands.erase, id_=customer.id, yes=False)
    assert get_customer(customer.id).name == "Acme"
    assert "is erased" in run(commands.erase, id_=customer.id, yes=True)
    assert get_customer(customer.id).name.startswith("Erased customer")
    assert run(commands.review) == "0 looked at.\n"


def test_the_pages_of_who_was_erased_still_work(admin: PageClient, db: Database[Row]) -> None:
    customer = create_customer(name="Acme")
    user = create_user(role="customer", customer_id=customer.id)
    erase(customer.id, 10)
    for path in (f"/customers/{customer.id}", f"/users/{user.id}", "/events", "/users"):
        seen = admin.get(path)
        assert seen.status == 200, path
        assert "Acme" not in seen.html
    assert admin.get(f"/customers/{customer.id}/statement").status == 200


def test_the_worker_finishes_what_was_cut_off(settings: Settings) -> None:
    assert "erasures" in [job.name for job in _of_the_clock("wrk_1", settings)]
