"""Which characters our fonts can draw. Others are set as empty boxes, and told to the log.

Source: OpenType 1.9, `cmap`; of its formats those two that fonts of today have, 4 and 12.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from struct import iter_unpack, unpack_from
from unicodedata import category

_FULL, _BASIC = 12, 4
_UNDRAWN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))

Span = tuple[int, int]


def missing(text: str, fonts: Path) -> list[str]:
    """The characters of `text` that no font in that directory draws, in order."""
    drawn = _drawn(fonts)
    return sorted(c for c in set(text) if not _has(drawn, ord(c)) and _wants_glyph(c))


def _wants_glyph(character: str) -> bool:
    is_selector = any(ord(character) in selectors for selectors in _SELECTORS)
    return not is_selector and category(character) not in _UNDRAWN


def _has(drawn: bytearray, code: int) -> bool:
    return bool(drawn[code >> 3] & 1 << (code & 7))


@cache
def _drawn(fonts: Path) -> bytearray:
    """A bit for each character of Unicode."""
    found = bytearray(0x110000 // 8)
    for font in sorted(fonts.iterdir()):
        for first, last in _spans(font.read_bytes()):
            for code in range(first, last + 1):
                found[code >> 3] |= 1 << (code & 7)
    return found


def _spans(font: bytes) -> Iterator[Span]:
    """First and last characters of each run that the font maps to glyphs."""
    tables = {font[at : at + 4]: unpack_from(">I", font, at + 8)[0] for at in _directory(font)}
    cmap = tables[b"cmap"]
    (count,) = unpack_from(">H", font, cmap + 2)
    subtables = {cmap + unpack_from(">I", font, cmap + 8 + 8 * i)[0] for i in range(count)}
    formats = {unpack_from(">H", font, at)[0]: at for at in subtables}
    if _FULL in formats:
        yield from _full_spans(font, formats[_FULL])
    elif _BASIC in formats:
        yield from _basic_spans(font, formats[_BASIC])


def _directory(font: bytes) -> range:
    (count,) = unpack_from(">H", font, 4)
    return range(12, 12 + 16 * count, 16)


def _full_spans(font: bytes, at: int) -> Iterator[Span]:
    (count,) = unpack_from(">I", font, at + 12)
    for first, last, _glyph in iter_unpack(">III", font[at + 16 : at + 16 + 12 * count]):
        yield first, last


def _basic_spans(font: bytes, at: int) -> Iterator[Span]:
    """The last span ends the table and maps nothing."""
    (doubled,) = unpack_from(">H", font, at + 6)
    lasts = unpack_from(f">{doubled // 2}H", font, at + 14)
    firsts = unpack_from(f">{doubled // 2}H", font, at + 16 + doubled)
    yield from list(zip(firsts, lasts, strict=True))[:-1]
