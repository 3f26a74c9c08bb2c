"""ETag, If-Match and If-None-Match (RFC 9110 §13): an object's tag is its revision, and a digest
where an answer shows more than the revision tells."""

import re
from hashlib import blake2b

from flask import request

from api.problems import RequestRefused

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG}){{0,9}}")
_EACH = re.compile(r'"[\x21\x23-\x7e]*"')
_OURS = re.compile(r'(?<!W/)"([1-9][0-9]{0,8})(?:-[0-9a-f]{12})?"')
_NEVER = -1  # no object has this revision, so the operation finds it stale


def etag(revision: int, shown: bytes | None = None) -> str:
    """`"3"` for revision 3; `"3-…"` with a digest of what is `shown` where that can change while
    the revision does not."""
    if shown is None:
        return f'"{revision}"'
    return f'"{revision}-{blake2b(shown, digest_size=6).hexdigest()}"'


def is_known(tag: str) -> bool:
    """Whether a reader has the answer of this tag already: If-None-Match, compared weakly."""
    asked = request.environ
    given = asked.get("HTTP_IF_NONE_MATCH", "").strip()
    if not given or asked["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return False
    return given == "*" or tag in _EACH.findall(given)


def expected_revisions() -> list[int | None]:
    """The revisions any of which the client accepts; `[None]` when it does not say, or says `*`.

    Raises RequestRefused (400) for what is no list of at most ten entity tags. A tag that this
    API never gave, or a weak one, matches nothing. Of a tag with a digest the revision counts: an
    invoice that has become overdue since is still the one that was read.
    """
    given = request.headers.get("If-Match", "*").strip()
    if given == "*":
        return [None]
    if not _TAGS.fullmatch(given):
        detail = 'If-Match takes the ETag of the object as it was given, such as "3", or *.'
        raise RequestRefused(400, "malformed_if_match", detail)
    return [int(revision) for revision in _OURS.findall(given)] or [_NEVER]
