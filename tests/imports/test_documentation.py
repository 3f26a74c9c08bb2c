"""The example in docs/import.md is one that works."""

from __future__ import annotations

import re
from pathlib import Path

from billing.database import Database, Row
from billing.imports.import_invoices import import_invoices
from billing.imports.import_subscribers import import_subscribers
from billing.imports.load_mapping import load_invoices_mapping, load_mapping
from tests.factories import create_plan

DOCS = Path(__file__).resolve().parents[2] / "docs/import.md"


def test_the_documented_example_imports_as_it_says(db: Database[Row], tmp_path: Path) -> None:
    text = DOCS.read_text(encoding="utf-8")
    toml = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0]
    csv = re.findall(r"```\n(No;.*?)```", text, re.DOTALL)[0]
    junior = create_plan(price=900, currency="EUR")
    (tmp_path / "members.toml").write_text(re.sub(r"plan_01[0-9A-Z]+", junior.id, toml), "utf-8")
    (tmp_path / "members.csv").write_text(csv, "utf-8")
    problems: list[object] = []
    mapping = load_mapping(str(tmp_path / "members.toml"))
    report = import_subscribers(tmp_path / "members.csv", mapping, on_problem=problems.append)
    assert problems == []
    assert (report.new, report.cancelled, report.new_plans) == (2, 1, ["adult"])
    found = {row["external_id"]: row for row in db.customers.find()}
    assert found["17"]["name"] == "Ada Berg"
    assert found["17"]["metadata"] == {"boat": "Skiff"}
    ada = db.subscriptions.find_one({"customer_id": found["17"]["_id"]}) or {}
    jo = db.subscriptions.find_one({"customer_id": found["18"]["_id"]}) or {}
    assert (ada["price"], ada["start_date"]) == (1950, "2025-04-01")
    assert (jo.get("price"), jo["plan_id"], jo["end_date"]) == (None, junior.id, "2026-08-31")


def test_the_documented_invoices_import_as_it_says(db: Database[Row], tmp_path: Path) -> None:
    text = DOCS.read_text(encoding="utf-8")
    toml = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[1]
    csv = re.findall(r"```\n(Invoice;.*?)```", text, re.DOTALL)[0]
    (tmp_path / "past.toml").write_text(toml, "utf-8")
    (tmp_path / "past.csv").write_text(csv, "utf-8")
    mapping = load_invoices_mapping(str(tmp_path / "past.toml"))
    report = import_invoices(tmp_path / "past.csv", mapping)
    assert (report.invoices, report.credit_notes, report.bad) == (2, 1, 0)
    invoice = db.invoices.find_one({"number": "4711"}) or {}
    assert (invoice["total"], invoice["issue_date"]) == (2 * 4995 + 450, "2026-01-30")
    assert invoice["line_items"][1]["description"] == "Grease (A-7)"
    note = db.credit_notes.find_one({"number": "G4713"}) or {}
    assert (note["total"], note["customer_id"]) == (4995, invoice["customer_id"])
