"""What good rows become, and that doing it again changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from billing import clock
from billing.customers.queries import get_customer
from billing.database import Database, Row
from billing.imports.errors import MappingInvalid
from billing.imports.import_subscribers import ImportReport, import_subscribers
from billing.imports.load_mapping import load_mapping
from billing.invoices.delete_customer import delete_customer
from billing.plans.errors import PlanNotFound, PlanNotSubscribable
from billing.plans.save_plan import archive_plan
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing
from tests.factories import create_customer, create_plan
from tests.imports.files import COLUMNS, GOOD, MAPPING, small_mapping, write_csv, write_mapping

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def imported(folder: Path, *lines: str, mapping: str = MAPPING) -> ImportReport:
    path, chosen = write_csv(folder, *lines), load_mapping(str(write_mapping(folder, mapping)))
    with clock.frozen(NOW):
        return import_subscribers(path, chosen)


def everything(db: Database[Row]) -> dict[str, list[Row]]:
    names = ("customers", "plans", "plan_versions", "subscriptions", "events", "invoices")
    return {name: list(db[name].find().sort("_id", 1)) for name in names}


def test_a_row_becomes_a_customer_and_a_subscription(db: Database[Row], tmp_path: Path) -> None:
    report = imported(tmp_path, GOOD)
    assert (report.new, report.already_there, report.cancelled) == (1, 0, 0)
    customer, subscription = db.customers.find_one() or {}, db.subscriptions.find_one() or {}
    plan = db.plans.find_one({"name": "Basic"}) or {}
    assert customer["email"] == "ada@example.com"
    assert customer["metadata"] == {"source": "row 7"}
    assert get_customer(customer["_id"]).preferences.currency == "USD"
    told = ("status", "price", "start_date", "billing_anchor", "next_billing_date", "plan_version")
    assert {name: subscription[name] for name in told} == {
        "status": "active",
        "price": 2985,
        "start_date": "2026-01-31",
        "billing_anchor": "2026-01-31",
        "next_billing_date": "2026-01-31",
        "plan_version": 1,
    }
    assert (subscription["customer_id"], subscription["plan_id"]) == (customer["_id"], plan["_id"])


def test_rows_are_stored_exactly_as_the_operations_store_them(
    db: Database[Row], tmp_path: Path
) -> None:
    imported(tmp_path, GOOD)
    found = db.customers.find_one({"external_id": "7"}) or {}
    made = create_customer(
        name="Ada Ltd", email="ada@example.com", external_id="8", metadata={"source": "row 7"}
    ).row()
    assert found.keys() == made.keys()
    differing = {name for name in made if made[name] != found[name]}
    assert differing == {"_id", "external_id", "search_terms", "created_at", "updated_at"}


def test_every_document_has_its_events_with_the_line_it_came_from(
    db: Database[Row], tmp_path: Path
) -> None:
    imported(tmp_path, GOOD.replace("no,", "yes,2026-03-31"))
    told = [(row["type"], row.get("reason")) for row in db.events.find().sort("_id", 1)]
    line = "Import small, line 2"
    assert told == [
        ("plan.created", None),
        ("plan.created", None),
        ("customer.created", line),
        ("subscription.created", line),
        ("subscription.cancelled", line),
    ]
    ended = db.events.find_one({"type": "subscription.cancelled"}) or {}
    assert ended["changes"]["status"] == ["active", "cancelled"]


def test_a_past_cancellation_bills_what_elapsed_and_no_more(
    db: Database[Row], tmp_path: Path
) -> None:
    imported(tmp_path, GOOD.replace("no,", "yes,2026-03-31"))
    row = db.subscriptions.find_one() or {}
    assert (row["status"], row["end_date"]) == ("cancelled", "2026-03-31")
    assert row["cancelled_at"] == datetime(2026, 3, 31, tzinfo=UTC)
    assert row["cancellation_reason"] == "Left before"
    run_billing(date(2026, 11, 23))
    periods = [(r["period_start"], r["total"]) for r in db.invoices.find().sort("_id", 1)]
    assert periods == [("2026-01-31", 2985), ("2026-02-28", 2985)]
    assert "next_billing_date" not in (db.subscriptions.find_one() or {})
    assert check_books() == []


def test_a_cancellation_on_the_first_day_bills_nothing(db: Database[Row], tmp_path: Path) -> None:
    imported(tmp_path, GOOD.replace("no,", "yes,2026-01-31"))
    row = db.subscriptions.find_one() or {}
    assert (row["status"], row.get("next_billing_date")) == ("cancelled", None)
    assert run_billing(date(2026, 11, 23)).invoiced == 0


def test_a_cancellation_to_come_is_one_at_period_end(db: Database[Row], tmp_path: Path) -> None:
    imported(tmp_path, GOOD.replace("no,", "yes,2026-11-30"))
    row = db.subscriptions.find_one() or {}
    assert (row["status"], row["cancel_at_period_end"]) == ("active", True)
    assert row["end_date"] == "2026-11-30"
    assert "cancelled_at" not in row
    assert db.events.find_one({"type": "subscription.cancellation_scheduled"})
    assert run_billing(date(2026, 12, 1)).ended == 1


def test_importing_twice_changes_nothing(db: Database[Row], tmp_path: Path) -> None:
    lines = (GOOD, GOOD.replace("7", "9", 1).replace("no,", "yes,2026-03-31"))
    imported(tmp_path, *lines)
    before = everything(db)
    report = imported(tmp_path, *(line.replace("29.85", "31.00") for line in lines))
    assert (report.new, report.already_there, report.new_plans) == (0, 2, [])
    assert everything(db) == before


def test_a_longer_file_brings_only_what_is_new(db: Database[Row], tmp_path: Path) -> None:
    imported(tmp_path, GOOD)
    report = imported(tmp_path, GOOD, GOOD.replace("7", "9", 1))
    assert (report.new, report.already_there) == (1, 1)
    assert db.plans.count_documents({}) == 2


def test_a_customer_made_by_hand_or_deleted_is_left_alone(
    db: Database[Row], tmp_path: Path
) -> None:
    create_customer(external_id="7")
    delete_customer(create_customer(external_id="9").id)
    report = imported(tmp_path, GOOD, GOOD.replace("7", "9", 1))
    assert (report.new, report.already_there) == (0, 2)
    assert db.subscriptions.find_one() is None


def test_two_imports_at_once_import_each_row_once(db: Database[Row], tmp_path: Path) -> None:
    lines = [GOOD.replace("7", str(number), 1) for number in range(100, 1300)]
    path, mapping = write_csv(tmp_path, *lines), small_mapping(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: import_subscribers(path, mapping), range(2)))
    assert sum(report.new for report in reports) == 1200
    assert db.plans.count_documents({}) == 2
    assert db.customers.count_documents({}) == db.subscriptions.count_documents({}) == 1200
    assert db.events.count_documents({"type": "subscription.created"}) == 1200


def test_an_existing_plan_can_be_named(db: Database[Row], tmp_path: Path) -> None:
    plan = create_plan(price=5000)
    start = MAPPING.index("[plans.basic]")
    end = MAPPING.index("[plans.units]")
    own = f'[plans.basic]\nid = "{plan.id}"\n'
    report = imported(tmp_path, GOOD, mapping=MAPPING[:start] + own + MAPPING[end:])
    assert report.new_plans == ["units"]
    assert (db.subscriptions.find_one() or {})["plan_id"] == plan.id


def test_a_plan_that_cannot_be_subscribed_to_refuses_the_file(
    db: Database[Row], tmp_path: Path
) -> None:
    imported(tmp_path, GOOD)
    archive_plan((db.plans.find_one({"name": "Basic"}) or {})["_id"])
    with pytest.raises(PlanNotSubscribable):
        imported(tmp_path, GOOD.replace("7", "9", 1))
    nowhere = f'id = "plan_{"0" * 26}"\n'
    start, end = MAPPING.index("[plans.basic]"), MAPPING.index("[plans.units]")
    with pytest.raises(PlanNotFound):
        imported(
            tmp_path, GOOD, mapping=MAPPING[:start] + "[plans.basic]\n" + nowhere + MAPPING[end:]
        )


def test_a_plan_made_in_another_currency_refuses_the_file(
    db: Database[Row], tmp_path: Path
) -> None:
    imported(tmp_path, GOOD)
    with pytest.raises(MappingInvalid, match=r"plans\.basic is in EUR, but .* made it in USD"):
        imported(
            tmp_path,
            GOOD,
            mapping=MAPPING.replace('currency = "USD"\nbilling', 'currency = "EUR"\nbilling', 1),
        )


def test_a_file_as_continental_spreadsheets_write_it(db: Database[Row], tmp_path: Path) -> None:
    mapping = MAPPING.replace("[customer]", '[file]\ndelimiter = ";"\ndecimal = ","\n[customer]')
    mapping = mapping.replace(
        '{ column = "since" }', '{ column = "since", date_format = "%d.%m.%Y" }'
    ).replace(
        "start_date =",
        'quantity = { column = "left_on" }\nstart_date =',
    )
    mapping = mapping[: mapping.index("[cancellation]")] + mapping[mapping.index("[plans.b") :]
    path = write_csv(
        tmp_path,
        "7;Ada, Söhne;ada@example.com;31.01.2026;Units;0,0042;;12000",
        header=COLUMNS.replace(",", ";"),
    )
    import_subscribers(path, load_mapping(str(write_mapping(tmp_path, mapping))))
    row = db.subscriptions.find_one() or {}
    assert (row["price"], row["quantity"], row["start_date"]) == ("0.42", 12000, "2026-01-31")
    run_billing(date(2026, 1, 31))
    assert [invoice["total"] for invoice in db.invoices.find()] == [5040]


def test_months_are_taken_from_the_date(db: Database[Row], tmp_path: Path) -> None:
    rule = '{ value = 2026-11-01, minus_months = "left_on" }'
    mapping = MAPPING.replace('{ column = "since" }', rule)
    mapping = mapping[: mapping.index("[cancellation]")] + mapping[mapping.index("[plans.b") :]
    lines = [GOOD.replace("7", str(n), 1) + str(n) for n in (0, 14)]
    report = imported(tmp_path, *lines, mapping=mapping)
    starts = {c["_id"]: c["external_id"] for c in db.customers.find()}
    found = {starts[s["customer_id"]]: s["start_date"] for s in db.subscriptions.find()}
    assert found == {"0": "2026-11-01", "14": "2025-09-01"}
    assert (report.waiting, report.waiting_lines) == (1, [2])
    report = imported(tmp_path, GOOD.replace("7", "2", 1) + "-1", mapping=mapping)
    assert (report.bad, report.written) == (1, False)
