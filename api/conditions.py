"""ETag and If-Match (RFC 9110 §13.1.1): the revision of an object is its strong entity tag."""

import re

from flask import request

from api.problems import RequestRefused

PATTERN = r'^(\*|(W/)?"[!#-~]*")$'
_TAG = re.compile(r'(?P<weak>W/)?"(?P<revision>[\x21\x23-\x7e]*)"')
_REVISION = re.compile(r"[1-9][0-9]{0,8}")
_NEVER = -1  # no object has this revision, so the operation finds it stale


def etag(revision: int) -> str:
    """`"3"` for revision 3."""
    return f'"{revision}"'


def expected_revision() -> int | None:
    """The revision the client last saw; None when it does not say, or says `*`.

    Raises RequestRefused (400) for what is no entity tag. A tag that this API never gave, or a
    weak one, matches nothing.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    if (tag := _TAG.fullmatch(given.strip())) is None:
        detail = 'If-Match takes the ETag of the object as it was given, such as "3", or *.'
        raise RequestRefused(400, "malformed_if_match", detail)
    known = _REVISION.fullmatch(tag["revision"]) and not tag["weak"]
    return int(tag["revision"]) if known else _NEVER
