"""The lines of a mail's head. The library folds and encodes them and refuses line breaks; what is
plain goes as it is, which the library would find out as well, in a tenth of a millisecond a line.
"""

from collections.abc import Sequence
from email.headerregistry import Address
from email.policy import SMTP, SMTPUTF8

_LONGEST_LINE = 78
_ENCODED = "=?"  # begins what readers decode (RFC 2047)


def header(name: str, value: str | Address | Sequence[Address], *, in_utf8: bool = False) -> bytes:
    """One header, ended. Raises ValueError for a value with a line break.

    `in_utf8`: as it is for servers that take addresses of the world (RFC 6532).
    """
    if isinstance(value, str) and _is_plain(value) and len(name) + len(value) + 2 <= _LONGEST_LINE:
        return f"{name}: {value}\r\n".encode("ascii")
    policy = SMTPUTF8 if in_utf8 else SMTP
    _, parsed = policy.header_store_parse(name, value)
    return policy.fold_binary(name, parsed)


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and _ENCODED not in value
