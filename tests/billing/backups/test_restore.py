"""What was backed up comes back as it was, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson.raw_bson import RawBSONDocument

from billing import clock, closing, sealing
from billing.backups import restore as module
from billing.backups.back_up import back_up
from billing.backups.contents import LEFT_OUT, to_back_up
from billing.backups.errors import BackupDamaged, BackupNotPossible, RestoreNotPossible
from billing.backups.restore import Terms, give_up, restore
from billing.closing import Closed
from billing.database import Database, Row
from billing.demo.make_demo import make_demo
from billing.indexes import INDEXES, indexes_built
from billing.maintenance.errors import AlreadyUnderWay
from billing.maintenance.held import find_restored
from billing.maintenance.lease import leased
from billing.runs.check import check_books
from billing.runs.run_billing import start_run
from tests.billing.backups.conftest import SECRET, Alone
from tests.factories import create_customer, create_invoice, create_user

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
REPLACE = Terms(replace=True)
AS_IT_WAS = Terms(replace=True, hold=False)
Documents = dict[str, list[bytes]]


def everything(db: Database[Row]) -> Documents:
    """Each document of each collection, byte for byte."""
    options = db.codec_options.with_options(document_class=RawBSONDocument)
    return {
        name: [row.raw for row in db.get_collection(name, options).find().sort("_id", 1)]
        for name in to_back_up()
    }


def test_a_company_comes_back_byte_for_byte_and_goes_on(db: Database[Row], tmp_path: Path) -> None:
    with clock.frozen(NOW):
        make_demo(customers=10, months=4)
        file, manifest = back_up(tmp_path / "backup.tar")
        before = everything(db)
        numbers = db.invoices.distinct("number")
        db.invoices.delete_many({"status": "paid"})
        db.customers.update_many({}, {"$set": {"name": "Somebody else"}})
        db.plans.drop()
        create_user(email="later@company.example")
        db.sessions.insert_one({"_id": "ses_1"})
        found = restore(file, AS_IT_WAS)
        assert found.offences == check_books() == []
        assert everything(db) == before
        assert manifest.documents == sum(len(rows) for rows in before.values())
        assert db.sessions.count_documents({}) == 0, "nobody is let in by an old sign-in"
        assert indexes_built()
        invoice = create_invoice()
        assert invoice.number not in numbers
        assert check_books() == []
    left = [name for name in db.list_collection_names() if name.startswith(("restoring.", "repl"))]
    assert left == []


def test_it_is_of_one_moment_whatever_is_written_meanwhile(
    db: Database[Row], tmp_path: Path
) -> None:
    create_customer(name="Before")
    create_user(name="Before")

    def change(*_: Any) -> None:
        for name in ("customers", "users"):
            db[name].update_many({}, {"$set": {"name": "After"}})
        db.invoices.update_one({"_id": "inv_1"}, {"$set": {"total": 1}}, upsert=True)

    file, manifest = back_up(tmp_path / "backup.tar", change)
    assert manifest.collections["invoices"].documents == 0
    restore(file, REPLACE)
    assert {row["name"] for row in (*db.customers.find(), *db.users.find())} == {"Before"}


def test_what_is_there_is_not_overwritten_and_a_failure_leaves_no_file(
    db: Database[Row], tmp_path: Path
) -> None:
    (tmp_path / "backup.tar").write_text("precious")
    with pytest.raises(BackupNotPossible, match="is there already"):
        back_up(tmp_path / "backup.tar")

    def fail(*_: Any) -> None:
        raise RuntimeError

    create_customer()
    with pytest.raises(RuntimeError):
        back_up(tmp_path / "other.tar", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["backup.tar"]
    file, _ = back_up(tmp_path)
    assert file.name.startswith("duebill-2")
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_window_of_the_past_is_as_before(
    db: Database[Row], tmp_path: Path, alone: Alone
) -> None:
    def window() -> int:
        answer = db.client.admin.command({"getParameter": 1, WINDOW: 1})
        return int(answer[WINDOW])

    alone()
    db.client.admin.command({"setParameter": 1, WINDOW: 5})
    during: list[int] = []
    create_customer()
    back_up(tmp_path / "backup.tar", lambda *_: during.append(window()))
    assert window() == 5
    assert during[0] >= 300


WINDOW = "minSnapshotHistoryWindowInSeconds"


def damage(file: Path, where: bytes, offset: int) -> None:
    content = bytearray(file.read_bytes())
    content[content.index(where) + offset] ^= 0xFF
    file.write_bytes(content)


def test_a_damaged_file_is_refused_by_name_before_anything_is_touched(
    db: Database[Row], tmp_path: Path
) -> None:
    create_customer()
    file, _ = back_up(tmp_path / "backup.tar")
    before = everything(db)
    whole = file.read_bytes()
    damage(file, b"customers/00001.bson.zst", 600)
    with pytest.raises(BackupDamaged, match=r"customers is damaged .* part 1 of 1"):
        restore(file, REPLACE)
    file.write_bytes(whole)
    damage(file, b"manifest.json", 700)
    with pytest.raises(BackupDamaged, match=r"manifest\.json is damaged"):
        restore(file, REPLACE)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupDamaged, match=r"is not whole|is no backup"):
        restore(file, REPLACE)
    file.write_text("something else")
    with pytest.raises(BackupDamaged, match="is no backup"):
        restore(file, REPLACE)
    assert everything(db) == before
    assert not closing.is_closed()


def test_what_another_key_sealed_is_not_restored_by_mistake(
    db: Database[Row], tmp_path: Path
) -> None:
    file, _ = back_up(tmp_path / "backup.tar")
    sealing.use_secret(SECRET[::-1])
    with pytest.raises(RestoreNotPossible, match="another SECRET_KEY"):
        restore(file, REPLACE)
    assert restore(file, Terms(replace=True, any_secret=True)).offences == []


def test_a_database_with_books_is_replaced_only_when_told(
    db: Database[Row], tmp_path: Path
) -> None:
    file, _ = back_up(tmp_path / "backup.tar")
    create_user()
    assert restore(file, Terms()).is_in_place, "settings and people alone are no books"
    assert db.users.count_documents({}) == 0
    create_customer()
    with pytest.raises(RestoreNotPossible, match="is not empty: 1 customers"):
        restore(file, Terms())
    assert db.customers.count_documents({}) == 1


def test_books_that_are_not_in_order_do_not_replace_those_that_are(
    db: Database[Row], tmp_path: Path
) -> None:
    invoice = create_invoice()
    db.invoices.update_one({"_id": invoice.id}, {"$inc": {"subtotal": 1}})
    file, _ = back_up(tmp_path / "backup.tar")
    db.invoices.update_one({"_id": invoice.id}, {"$inc": {"subtotal": -1}})
    before = everything(db)
    found = restore(file, REPLACE)
    assert found.offences
    assert not found.is_in_place
    assert everything(db) == before
    assert restore(file, Terms(replace=True, keep_unclean=True)).is_in_place
    assert check_books()


def test_what_waited_to_be_sent_is_held_for_a_person_to_look_at(
    db: Database[Row], tmp_path: Path
) -> None:
    db.mails.insert_one({"_id": "mail_1", "status": "waiting", "due_at": NOW})
    rows = [{"_id": "whd_1", "endpoint_id": "whk_1", "event_id": "1", "place": "new"}]
    db.webhook_deliveries.insert_many([{**row, "status": "pending", "seq": 1} for row in rows])
    file, _ = back_up(tmp_path / "backup.tar")
    found = restore(file, REPLACE)
    assert (found.mails, found.deliveries) == (1, 1)
    assert db.mails.find_one({})["status"] == "kept"  # type: ignore[index]
    delivery = db.webhook_deliveries.find_one({}) or {}
    assert delivery["status"] == "failed"
    assert "place" not in delivery
    assert (find_restored() or {})["is_held"]
    restore(file, AS_IT_WAS)
    assert db.mails.find_one({})["status"] == "waiting"  # type: ignore[index]
    assert not (find_restored() or {})["is_held"]


def test_no_two_of_a_kind_and_nobody_else_at_the_same_time(
    db: Database[Row], tmp_path: Path
) -> None:
    file, _ = back_up(tmp_path / "backup.tar")
    with leased("restore"):
        with pytest.raises(AlreadyUnderWay):
            restore(file, REPLACE)
        with pytest.raises(AlreadyUnderWay):
            back_up(tmp_path / "other.tar")
        with pytest.raises(Closed):
            create_customer()
        with pytest.raises(Closed):
            start_run()
    with leased("backup"), pytest.raises(AlreadyUnderWay):
        back_up(tmp_path / "other.tar")
    assert create_customer()


def test_it_does_not_begin_while_a_run_is_under_way(
    db: Database[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, _ = back_up(tmp_path / "backup.tar")
    start_run()
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.0)
    with pytest.raises(RestoreNotPossible, match="A billing run is under way"):
        restore(file, REPLACE)
    assert not closing.is_closed()


KILLED = """
import os, sys
from pathlib import Path
from billing import closing, database, sealing
from billing.backups import restore, {module} as module
closing.ASK_AGAIN_SECONDS = 0.0
database.connect(sys.argv[1])
from billing.indexes import ensure_indexes
ensure_indexes()
sealing.use_secret("{secret}")
calls = 0
kept = module.{function}
def dying(*arguments, **named):
    global calls
    calls += 1
    if calls == {calls}:
        os._exit(9)
    return kept(*arguments, **named)
module.{function} = dying
restore.restore(Path(sys.argv[2]), restore.Terms(replace=True, hold=False))
"""


MOMENTS = [
    ("incoming", "_documents", 2),
    ("exchange", "_move_aside", 2),
    ("restore", "drop_outgoing", 1),
]


@pytest.mark.parametrize(("place", "function", "calls"), MOMENTS)
def test_killed_at_the_worst_moment_it_comes_to_the_same_end_when_begun_again(
    db: Database[Row], mongodb_uri: str, tmp_path: Path, place: str, function: str, calls: int
) -> None:
    create_customer()
    file, _ = back_up(tmp_path / "backup.tar")
    wanted = everything(db)
    create_customer()
    before = everything(db)
    program = KILLED.format(module=place, function=function, calls=calls, secret=SECRET)
    command = [sys.executable, "-c", program, mongodb_uri, str(file)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    if place == "incoming":
        assert everything(db) == before, "nothing was touched"
    if place == "exchange":
        closing.forget()
        assert closing.is_closed(), "half exchanged books are nobody's to work with"
        expire(db)
        assert give_up()
        assert everything(db) == before
        return
    expire(db)
    restore(file, AS_IT_WAS)
    assert everything(db) == wanted
    assert check_books() == []
    assert not closing.is_closed()


def expire(db: Database[Row]) -> None:
    """As after half a minute."""
    db.maintenance.update_many({}, {"$unset": {"leased_until": 1}})


def test_everything_that_is_declared_is_kept_or_left_out_on_purpose(db: Database[Row]) -> None:
    assert INDEXES.keys() >= LEFT_OUT
    assert set(to_back_up()) >= INDEXES.keys() - LEFT_OUT
