"""How papers are set: text stays text, pages break well, bytes stay the same."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from billing.papers.glyphs import missing
from billing.papers.invoice import invoice_paper
from billing.papers.typesetter import FONTS, edition, typeset
from tests.billing.papers.reading import pages_of, text_of
from tests.billing.papers.rows import BUYER, SELLER, buyer, invoice_row
from tests.billing.seller.pictures import jpeg, png

HOSTILE = (
    '#read("/etc/passwd") #include "/etc/passwd" ] } $ \\ " *bold* _thin_ `raw` <label> @ref '
    '#import "@preview/cetz:0.3.0" // comment /* c */ #sys.inputs ~ -- {page}'
)


def made(
    *, customer: Any = BUYER, lines: int = 1, logo: bytes | None = None, **values: Any
) -> bytes:
    data = invoice_paper(invoice_row(lines, **values), SELLER, customer)
    return typeset(data, logo, 1_795_000_000)


def with_description(text: str) -> dict[str, Any]:
    row = invoice_row()
    row["line_items"][0]["description"] = text
    return row


def test_what_people_typed_is_shown_and_never_run() -> None:
    row = {**with_description(HOSTILE), "notes": HOSTILE, "purchase_order": HOSTILE}
    data = invoice_paper(row, {**SELLER, "name": HOSTILE}, buyer(name=HOSTILE))
    said = text_of(typeset(data, None, 0))
    assert "root:" not in said
    assert "".join(said.split()).count("".join(HOSTILE.split())) == 7


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\x1b[31m",
        "\u202egnp.exe",
        "w" * 500,
        "עברית שלום",
        "العربية مرحبا",
        "👨\u200d👩\u200d👧🎉",
        "\u2028" * 50,
        "a\n" * 250,
        "𓀀",
        "e\u0301" * 900,
        "\ufeff\ufffe",
        "<script>alert(1)</script>",
        "{page} {0} %s",
    ],
)
def test_any_text_can_be_set(text: str) -> None:
    row = {**with_description(text or "x"), "notes": text, "number": text}
    data = invoice_paper(row, {**SELLER, "name": text}, buyer(name=text))
    assert typeset(data, None, 0).startswith(b"%PDF-")


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (12, 1), (30, 2), (200, 6)])
def test_pages_break_well(lines: int, pages: int) -> None:
    found = pages_of(made(lines=lines))
    assert len(found) == pages
    for number, page in enumerate(found, start=1):
        assert f"Page {number} of {pages}" in page
        assert "INV-2026-000042" in page
        if "of work" in page:
            assert "Description Quantity Unit price Amount" in page
    last = next(page for page in found if "Amount due" in page)
    assert f"Day {lines} of work" in last, "sums never stand alone"
    assert f"Day {max(lines - 1, 1)} of work" in last
    said = "\n".join(found)
    assert [int(n) for n in re.findall(r"Day (\d+) of work", said)] == list(range(1, lines + 1))


def test_sums_keep_a_line_wherever_the_page_ends() -> None:
    for lines in range(16, 30, 2):
        page = next(p for p in pages_of(made(lines=lines)) if "Amount due" in p)
        assert f"Day {lines} of work" in page


def test_names_of_all_scripts_can_be_read_and_copied() -> None:
    for name in ("山田太郎 株式会社", "北京发票有限公司", "주식회사 한글", "Žižek Łódź Ω Ж"):
        assert name in text_of(made(customer=buyer(name=name)))


def test_a_long_word_stays_within_its_column_and_whole_when_copied() -> None:
    said = text_of(made(customer=buyer(name="W" * 120)))
    assert "\u200b" not in said
    assert "W" * 120 in said.replace(" ", "")


def test_the_same_paper_has_the_same_bytes() -> None:
    assert made(lines=12) == made(lines=12)
    assert made(lines=12) != made(lines=11)


def test_a_logo_is_set_and_a_damaged_one_left_out(caplog: pytest.LogCaptureFixture) -> None:
    plain, with_logo = made(), made(logo=png(200, 50))
    assert b"/Subtype/Image" in with_logo
    assert b"/Subtype/Image" not in plain
    with caplog.at_level(logging.WARNING, "duebill.papers"):
        assert made(logo=jpeg()) == plain
    assert "logo" in caplog.text


def test_what_no_font_can_draw_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "duebill.papers"):
        pdf = made(customer=buyer(name="Horus 𓀀"))
    assert "U+13000" in caplog.text
    assert "Horus" in text_of(pdf)
    assert missing("Ada Žižek 山田 发票 한글 שלום ﷽ €₹₿ 👍\ufe0f\n", FONTS) == ["﷽"]


def test_a_language_is_told_to_those_who_listen() -> None:
    assert b"/Lang(de)" in made(customer=buyer(locale="de")).replace(b" ", b"")


def test_the_edition_changes_with_the_templates(tmp_path: Path) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", edition())


def test_forked_children_set_papers_unless_their_parent_did() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.billing.papers.forking_process"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("before: %PDF %PDF\nafter: refused\n", 0), done.stderr
