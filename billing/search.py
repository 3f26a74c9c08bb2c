"""Search by the beginnings of words, served by an index on each document's `search_terms`."""

import re
from typing import Any

_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def search_terms(*texts: str | None) -> list[str]:
    """What a document can be found by: each text whole, and each of its words."""
    terms: set[str] = set()
    for text in filter(None, texts):
        whole = text.casefold().strip()
        terms.add(whole[:200])
        terms.update(word[:64] for word in _WORD.findall(whole))
    return sorted(terms)


def matching(query: str) -> dict[str, Any]:
    """The filter for documents of which every word of `query` begins some term."""
    whole = query.replace("\x00", " ").casefold().strip()[:200]  # MongoDB refuses NUL in patterns
    if "@" in whole:
        return {"search_terms": _beginning(whole)}
    words = _WORD.findall(whole)[:6]
    if not words:
        return {"search_terms": whole}
    return {"$and": [{"search_terms": _beginning(word)} for word in words]}


def _beginning(word: str) -> dict[str, str]:
    return {"$regex": f"^{re.escape(word)}"}
