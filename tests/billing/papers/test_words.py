"""Papers speak every language completely, and write as their reader does."""

from __future__ import annotations

import re
from dataclasses import asdict, fields

import pytest

from billing.papers.reader import reader_of
from billing.papers.texts import line, prose
from billing.papers.words import ENGLISH, LANGUAGES, Words

PLACES = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything_with_the_same_values(language: str) -> None:
    words, english = asdict(LANGUAGES[language]), asdict(ENGLISH)
    for name, said in words.items():
        assert said.strip(), name
        assert sorted(PLACES.findall(said)) == sorted(PLACES.findall(english[name])), name


def test_a_language_cannot_leave_a_word_out() -> None:
    words = asdict(ENGLISH)
    for field in fields(Words):
        left = {name: said for name, said in words.items() if name != field.name}
        if field.name != "page":
            with pytest.raises(TypeError, match=field.name):
                Words(**left)


@pytest.mark.parametrize(
    ("tag", "money", "day", "span", "percent"),
    [
        ("en", "€1,234.50", "December 7, 2026", "Nov 7 – Dec 7, 2026", "8.875%"),  # noqa: RUF001
        ("en-GB", "€1,234.50", "7 December 2026", "7 Nov – 7 Dec 2026", "8.875%"),  # noqa: RUF001
        ("de", "1.234,50 €", "7. Dezember 2026", "7. Nov. – 7. Dez. 2026", "8,875 %"),  # noqa: RUF001
        ("de-AT", "€ 1.234,50", "7. Dezember 2026", "7. Nov. – 7. Dez. 2026", "8,875 %"),  # noqa: RUF001
        ("fr", "1 234,50 €", "7 décembre 2026", "7 nov. – 7 déc. 2026", "8,875 %"),  # noqa: RUF001
        ("ar-KW", "€1,234.50", "December 7, 2026", "Nov 7 – Dec 7, 2026", "8.875%"),  # noqa: RUF001
        ("zz-nowhere", "€1,234.50", "December 7, 2026", "Nov 7 – Dec 7, 2026", "8.875%"),  # noqa: RUF001
    ],
)
def test_amounts_and_dates_are_written_as_the_reader_does(
    tag: str, money: str, day: str, span: str, percent: str
) -> None:
    reader = reader_of(tag)

    def plain(text: str) -> str:
        return " ".join(re.sub(r"[\u00a0\u202f\u2009]", " ", text).split())

    assert plain(reader.money(123450, "EUR")) == money
    assert reader.day("2026-12-07") == day
    assert plain(reader.span("2026-11-07", "2026-12-07")) == span
    assert plain(reader.percent("8.875")) == percent


def test_currencies_have_their_own_decimals() -> None:
    reader = reader_of("en")
    assert reader.money(4900, "JPY") == "¥4,900"
    assert reader.money(4900, "KWD").endswith("4.900")
    assert reader.money("0.25", "USD") == "$0.0025"
    assert reader.quantity("1234.5") == "1,234.5"


def test_the_fonts_of_the_reader_come_first() -> None:
    assert reader_of("ja").fonts[1] == "Noto Sans Japanese"
    assert reader_of("zh-CN").fonts[1] == "Noto Sans S Chinese"
    assert reader_of("ko").fonts[1] == "Noto Sans Korean"
    assert sorted(reader_of("ko").fonts) == sorted(reader_of("de").fonts)


def test_nothing_invisible_is_left_of_what_was_typed() -> None:
    assert line(" a\x00b\u202e\x07c\ud800 \n d\t e ") == "abc d e"
    assert line("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧", "joined as it was"
    assert prose("one\r\n\r\n\r\n\r\ntwo ") == "one\n\ntwo"
    assert prose("1\n2\n3\n4\n5", most_lines=3) == "1\n2\n3 4 5"
    assert line("") == ""


def test_long_words_may_be_broken_and_short_ones_not() -> None:
    assert line("Vermögensverwaltungsgesellschaft") == "Vermögensverwaltungsgesellschaft"
    assert line("x" * 34) == "\u200b".join("x" * 34)
    assert line("W" * 23) == "\u200b".join("W" * 23), "capitals are wider"
    assert line("e\u0301" * 25).count("\u200b") == 24, "a letter keeps its accent"
    assert line("山田太郎" * 20) == "山田太郎" * 20, "which break by themselves"
