"""ETag and If-Match (RFC 9110 §13.1.1): the revision of an object is its strong entity tag."""

import re

from flask import request

from api.problems import RequestRefused

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG}){{0,9}}")
_OURS = re.compile(r'(?<!W/)"([1-9][0-9]{0,8})"')
_NEVER = -1  # no object has this revision, so the operation finds it stale


def etag(revision: int) -> str:
    """`"3"` for revision 3."""
    return f'"{revision}"'


def expected_revisions() -> list[int | None]:
    """The revisions any of which the client accepts; `[None]` when it does not say, or says `*`.

    Raises RequestRefused (400) for what is no list of at most ten entity tags. A tag that this
    API never gave, or a weak one, matches nothing.
    """
    given = request.headers.get("If-Match", "*").strip()
    if given == "*":
        return [None]
    if not _TAGS.fullmatch(given):
        detail = 'If-Match takes the ETag of the object as it was given, such as "3", or *.'
        raise RequestRefused(400, "malformed_if_match", detail)
    return [int(revision) for revision in _OURS.findall(given)] or [_NEVER]
