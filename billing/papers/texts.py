"""What people have typed, made fit to be set: nothing invisible, nothing wider than its column."""

import re
import unicodedata

# What has no place to break by itself: not East Asian, and without spaces and hyphens.
_WORD = re.compile(r"[^\s\u00ad\u200b\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff-]{23,}")
_WIDEST = 33  # fits the narrowest column; a capital counts half as much again
_BREAK = "\u200b"
# Marks that turn the direction of what follows, and so could show an amount the wrong way round.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\u200c\u200d\u00ad")  # joiners that scripts and emoji need, and soft hyphens


def prose(text: str, most_lines: int = 500) -> str:
    """Text that keeps its lines; those beyond `most_lines` run on in the last one."""
    lines = [_visible(line) for line in text.strip().splitlines()]
    kept = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    head, tail = kept[: most_lines - 1], kept[most_lines - 1 :]
    return "\n".join([*head, " ".join(filter(None, tail))] if tail else head)


def line(text: str) -> str:
    """Text in one line."""
    return prose(text, most_lines=1)


def _visible(text: str) -> str:
    """Without control characters; long words may be broken anywhere."""
    spaced = " ".join(text.split())
    kept = spaced if spaced.isprintable() else "".join(c for c in spaced if _is_shown(c))
    return _WORD.sub(lambda word: _broken(word.group()), kept)


def _broken(word: str) -> str:
    wide = len(word) + sum(character.isupper() for character in word) / 2
    return _BREAK.join(_clusters(word)) if wide > _WIDEST else word


def _is_shown(character: str) -> bool:
    if character in _KEPT:
        return True
    return character not in _TURNING and unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def _clusters(word: str) -> list[str]:
    """The letters of a word, each with the marks upon it."""
    found: list[str] = []
    for character in word:
        if found and (unicodedata.combining(character) or character in _KEPT):
            found[-1] += character
        else:
            found.append(character)
    return found
