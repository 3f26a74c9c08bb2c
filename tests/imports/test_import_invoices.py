"""Importing past invoices: paid history, once, beside the books' own numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from billing.database import Database, Row
from billing.imports import import_invoices as importing
from billing.imports.import_invoices import InvoicesReport, import_invoices
from billing.imports.reconcile_invoices import reconcile_invoices
from billing.invoices.explain import explain_invoice
from billing.invoices.queries import list_invoices
from billing.runs.check import check_books
from tests.billing.invoices.recompute import recompute
from tests.factories import create_customer, create_invoice
from tests.imports.past_files import GOOD, past_mapping, write_past

CANCELLED = GOOD.replace("1001", "C1001").replace(",3,", ",-2,")
WALK_IN = GOOD.replace("1001", "1002").replace(",7.0,", ",,")
ADJUSTMENT = GOOD.replace("1001", "A1").replace("2.55", "-10")
GIFT = GOOD.replace("1001", "1003").replace("2.55", "0")
STOCK = GOOD.replace("1001", "1004").replace(",3,2.55", ",-3,0")
ALL = (GOOD, CANCELLED, WALK_IN, ADJUSTMENT, GIFT, STOCK)


def run(folder: Path, *lines: str, **options: Any) -> InvoicesReport:
    return import_invoices(write_past(folder, *lines), past_mapping(folder), **options)


def test_invoices_are_paid_history_and_cancellations_credit_notes(
    db: Database[Row], tmp_path: Path
) -> None:
    report = run(tmp_path, *ALL)
    assert (report.rows, report.invoices, report.credit_notes) == (6, 3, 2)
    assert (report.left_out, report.bad, report.new, report.written) == (1, 0, 5, True)
    invoice = db.invoices.find_one({"number": "1001"}) or {}
    assert (invoice["status"], invoice["reason"], invoice["total"]) == ("paid", "imported", 765)
    assert (invoice["issue_date"], invoice["paid_date"]) == ("2020-02-29", "2020-02-29")
    payment = db.payments.find_one({"invoice_id": invoice["_id"]}) or {}
    assert (payment["amount"], payment["paid_date"]) == (765, "2020-02-29")
    note = db.credit_notes.find_one({"number": "C1001"}) or {}
    assert (note["total"], note["refund_amount"], note["invoice_id"]) == (510, 510, None)
    assert note["customer_id"] == invoice["customer_id"]
    assert (db.credit_notes.find_one({"number": "A1"}) or {})["total"] == 3000
    gift = db.invoices.find_one({"number": "1003"}) or {}
    assert (gift["total"], gift["status"]) == (0, "paid")
    assert db.payments.count_documents({"invoice_id": gift["_id"]}) == 0
    walk_in = db.customers.find_one({"external_id": "walk-in"}) or {}
    assert db.invoices.count_documents({"customer_id": walk_in["_id"]}) == 1
    assert sorted(row["external_id"] for row in db.customers.find()) == ["7", "walk-in"]


def test_the_books_stay_in_order_and_their_own_numbers_gapless(
    db: Database[Row], tmp_path: Path
) -> None:
    run(tmp_path, *ALL)
    assert create_invoice().number.endswith("-000001")
    assert check_books() == []
    for row in db.invoices.find({"reason": "imported"}):
        explained = explain_invoice(row)
        recompute(explained)
        assert "the price on the imported invoice" in explained["lines"][0]["sentence"]


def test_every_document_leaves_an_event(db: Database[Row], tmp_path: Path) -> None:
    run(tmp_path, *ALL)
    event = db.events.find_one({"changes.number": [None, "1001"]}) or {}
    assert (event["type"], event["changes"]["total"]) == ("invoice.imported", [None, 765])
    assert event["reason"] == "Import past, line 2"
    assert db.events.count_documents({"type": "credit_note.imported"}) == 2
    assert db.events.count_documents({"type": "customer.created"}) == 2


def test_done_twice_changes_nothing_and_a_longer_file_brings_only_what_is_new(
    db: Database[Row], tmp_path: Path
) -> None:
    run(tmp_path, *ALL)
    before = [db[name].count_documents({}) for name in ("invoices", "payments", "events")]
    report = run(tmp_path, *ALL)
    assert (report.new, report.already_there) == (0, 5)
    after = [db[name].count_documents({}) for name in ("invoices", "payments", "events")]
    assert after == before
    report = run(tmp_path, *ALL, GOOD.replace("1001", "1009"))
    assert (report.new, report.already_there) == (1, 5)


def test_a_dry_run_and_a_bad_file_write_nothing(db: Database[Row], tmp_path: Path) -> None:
    report = run(tmp_path, *ALL, dry_run=True)
    assert (report.new, report.written) == (5, False)
    problems: list[Any] = []
    bad = GOOD.replace("1001", "1005").replace("2.55", "x")
    report = run(tmp_path, *ALL, bad, on_problem=problems.append)
    assert (report.bad, report.written, len(problems)) == (1, False, 1)
    assert db.invoices.count_documents({}) == db.customers.count_documents({}) == 0
    report = run(tmp_path, *ALL, bad, skip_bad=True)
    assert (report.bad, report.new, report.written) == (1, 5, True)


def test_a_bad_row_keeps_its_whole_document_out(db: Database[Row], tmp_path: Path) -> None:
    run(tmp_path, GOOD, GOOD.replace("2.55", "x"), WALK_IN, skip_bad=True)
    assert [row["number"] for row in db.invoices.find()] == ["1002"]


def test_a_number_of_the_books_own_is_not_taken(db: Database[Row], tmp_path: Path) -> None:
    number = create_invoice().number
    problems: list[Any] = []
    report = run(tmp_path, GOOD.replace("1001", number), on_problem=problems.append)
    assert (report.bad, report.new) == (1, 0)
    assert "another invoice" in problems[0].message


def test_customers_that_are_there_are_found_by_their_key(db: Database[Row], tmp_path: Path) -> None:
    customer = create_customer(external_id="7", name="Known Ltd")
    run(tmp_path, GOOD)
    assert list_invoices(customer_id=customer.id).items[0]["customer"]["name"] == "Known Ltd"
    assert db.customers.count_documents({}) == 1


def test_history_sorts_by_when_it_was_and_is_found_by_its_number(
    db: Database[Row], tmp_path: Path
) -> None:
    own = create_invoice().number
    run(tmp_path, GOOD.replace("1001", "1002").replace("2020", "2024"), GOOD)
    newest_first = [row["number"] for row in list_invoices().items]
    assert newest_first == [own, "1002", "1001"]
    assert [row["number"] for row in list_invoices(q="1001").items] == ["1001"]


def test_odd_rows_are_counted_listed_and_told(db: Database[Row], tmp_path: Path) -> None:
    told: list[tuple[str, int, str]] = []
    report = run(tmp_path, *ALL, on_odd=lambda odd: told.append((odd.kind, odd.line, odd.number)))
    assert report.odd == {
        "walk_in": 1, "deduction": 1, "adjustment": 1, "free": 1, "stock": 1, "empty": 1,
    }  # fmt: skip
    assert report.odd_lines["stock"] == [7]
    assert ("walk_in", 4, "1002") in told


def test_books_and_file_are_reconciled_by_customer(
    db: Database[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    run(tmp_path, *ALL)
    path, mapping = write_past(tmp_path, *ALL), past_mapping(tmp_path)
    result = reconcile_invoices(path, mapping)
    assert result.agrees
    assert (result.rows, result.customers, result.differing) == (6, 2, 0)
    assert result.file["GBP"].net == 765 - 510 + 765 - 3000
    db.invoices.update_one({"number": "1001"}, {"$inc": {"total": 1}})
    result = reconcile_invoices(path, mapping)
    assert not result.agrees
    (difference,) = result.differences
    assert (difference.key, difference.file.invoiced, difference.books.invoiced) == ("7", 765, 766)


def test_what_the_file_has_no_more_is_noticed(db: Database[Row], tmp_path: Path) -> None:
    run(tmp_path, GOOD, WALK_IN)
    result = reconcile_invoices(write_past(tmp_path, GOOD), past_mapping(tmp_path))
    assert result.differing == 0
    assert not result.agrees
    assert (result.file["GBP"].invoices, result.books["GBP"].invoices) == (1, 2)


def test_two_imports_at_once_bring_everything_once(
    db: Database[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    lines = [GOOD.replace("1001", str(n)).replace("7.0", f"{n % 13}.0") for n in range(2000, 2150)]
    path, mapping = write_past(tmp_path, *lines), past_mapping(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: import_invoices(path, mapping), range(2)))
    assert sum(report.new for report in reports) == 150
    assert db.invoices.count_documents({}) == db.payments.count_documents({}) == 150
    assert db.customers.count_documents({}) == 13
    assert reconcile_invoices(path, mapping).agrees
