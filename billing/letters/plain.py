"""Text in one line, safe for headers, logs and whoever reads it."""

import unicodedata


def one_line(text: str) -> str:
    """Without line breaks and without what is invisible and could turn the text around it."""
    spaced = " ".join(text.split())
    if spaced.isprintable():
        return spaced
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
