"""Email addresses as inputs take them: what the library finds good, and the plain ones without it.

It looks at each character as if it might be of any script, which took a twentieth of the time of a
new customer. Most addresses are plain ASCII, and of those one pattern tells the same.
"""

import re
from typing import Annotated

from email_validator import SPECIAL_USE_DOMAIN_NAMES
from pydantic import EmailStr, Field, ValidatorFunctionWrapHandler, WrapValidator

_WORD = "[A-Za-z0-9]+"
_LABEL = "[a-z0-9]{1,61}(?:-[a-z0-9]+)*"  # no two hyphens in a row: those may be IDNA's
_PLAIN = re.compile(rf"{_WORD}(?:[._+-]{_WORD})*@((?:{_LABEL}\.){{1,4}})([a-z]{{2,24}})")
_RESERVED = tuple(f".{name}." for name in SPECIAL_USE_DOMAIN_NAMES)
_LONGEST_LOCAL, _LONGEST_LABEL, _LONGEST = 64, 63, 254


def is_plain(address: str) -> bool:
    """Whether the library would give the address back as it is, as far as a pattern can tell."""
    if len(address) > _LONGEST or not (found := _PLAIN.fullmatch(address)):
        return False
    domain = f".{found[1]}{found[2]}."
    if found.start(1) > _LONGEST_LOCAL + 1 or domain.endswith(_RESERVED):
        return False
    return all(len(label) <= _LONGEST_LABEL for label in found[1].split("."))


def _checked(given: object, check: ValidatorFunctionWrapHandler) -> str:
    if isinstance(given, str) and is_plain(given):
        return given
    checked: str = check(given)
    return checked


EmailAddress = Annotated[EmailStr, Field(max_length=_LONGEST), WrapValidator(_checked)]
