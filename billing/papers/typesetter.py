"""Typst, which makes a PDF of a paper's data: one compiler in each process, made when first used.

A child that was forked from a process that has compiled would wait for ever for threads that only
its parent has, so it is refused. Threads take turns: together they would need as much memory each
and be no faster.
"""

import json
import logging
import os
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock

import typst

from billing.papers.glyphs import missing
from billing.papers.parts import Data

_ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = _ROOT / "templates" / "papers"
FONTS = _ROOT / "static" / "vendor" / "fonts"

_log = logging.getLogger("duebill.papers")


class Typesetter:
    """Sets papers, one at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._compiler: typst.Compiler | None = None
        self._is_orphan = False
        os.register_at_fork(after_in_child=self._forked)

    def pdf(self, data: Data, logo: bytes | None, created: int) -> bytes:
        """The bytes are the same for the same data, logo and moment (Unix seconds).

        A picture that cannot be read is left out, and the log is told.
        """
        inputs = {"paper": json.dumps(data)}
        if logo is None:
            return self._compile(data["kind"], inputs, created)
        try:
            return self._compile(data["kind"], {**inputs, "logo": json.dumps([*logo])}, created)
        except typst.TypstError as error:
            _log.warning("A logo cannot be set and is left out: %s", error)
            return self._compile(data["kind"], inputs, created)

    def _compile(self, kind: str, inputs: dict[str, str], created: int) -> bytes:
        if self._is_orphan:
            raise RuntimeError("no papers can be set by a child of a process that has set some")
        with self._lock:
            if self._compiler is None:
                self._compiler = _compiler()
            made = self._compiler.compile(
                input=str(TEMPLATES / f"{kind}.typ"),
                sys_inputs=inputs,
                format="pdf",
                timestamp=created,
            )
        assert isinstance(made, bytes)  # noqa: S101 - one file was asked for
        return made

    def _forked(self) -> None:
        self._is_orphan = self._compiler is not None or self._lock.locked()


def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts)


_typesetter = Typesetter()


def typeset(data: Data, logo: bytes | None, created: int) -> bytes:
    """A paper's data as PDF. What no font can draw is set as a box, and the log is told."""
    if undrawn := missing(json.dumps(data, ensure_ascii=False), FONTS):
        codes = ", ".join(f"U+{ord(character):04X}" for character in undrawn)
        _log.warning("No font has %s, wanted by %s %s", codes, data["kind"], data["number"])
    return _typesetter.pdf(data, logo, created)


@cache
def edition() -> str:
    """What papers are set with: it changes with templates, fonts and Typst, and so do papers."""
    if not FONTS.is_dir():
        raise RuntimeError(f"there are no fonts in {FONTS}; run `python scripts/vendor.py`")
    found = sha256(f"{version('typst')}\n".encode())
    for path in sorted([*TEMPLATES.iterdir(), *FONTS.iterdir()]):
        found.update(f"{path.name} {path.stat().st_size}\n".encode())
        if path.parent == TEMPLATES:
            found.update(path.read_bytes())
    return found.hexdigest()
