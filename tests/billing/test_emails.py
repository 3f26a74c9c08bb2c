"""An address that is taken without asking the library is one that it would take as it is."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import EmailStr, TypeAdapter, ValidationError

from billing.emails import EmailAddress, is_plain

_LIBRARY: TypeAdapter[str] = TypeAdapter(EmailStr)
_OURS: TypeAdapter[str] = TypeAdapter(EmailAddress)
_text = st.text("aZ09._+-", max_size=70)
_domain = st.lists(
    st.text("az09-", max_size=70) | st.sampled_from(["xn--a", "example", "localhost", "a"]),
    max_size=6,
).map(".".join)
_top = st.sampled_from(["com", "de", "test", "invalid", "local", "arpa", "onion", "c0m", "museum"])


@settings(max_examples=1500, deadline=None)
@given(local=_text, domain=_domain, top=_top)
@example(local="a" * 65, domain="example", top="com")
@example(local="a", domain="a" * 64, top="com")
@example(local="a", domain="ab--c", top="com")
@example(local="a", domain="example", top="com\n")
def test_what_is_plain_is_good_to_the_library(local: str, domain: str, top: str) -> None:
    address = f"{local}@{domain}.{top}"
    if is_plain(address):
        assert _LIBRARY.validate_python(address) == address


@pytest.mark.parametrize("address", ["ada@example.com", "a.b+c@mail.example.co.uk", "x@a-b.de"])
def test_usual_addresses_are_plain(address: str) -> None:
    assert is_plain(address)


@pytest.mark.parametrize(
    ("given", "taken"),
    [("ada@EXAMPLE.com", "ada@example.com"), ("jürgen@bücher.example", "jürgen@bücher.example")],
)
def test_the_others_are_asked_about(given: str, taken: str) -> None:
    assert not is_plain(given)
    assert _OURS.validate_python(given) == _LIBRARY.validate_python(given) == taken


@pytest.mark.parametrize("address", ["ada", "ada@", "a..b@example.com", "ada@example.test", ""])
def test_bad_ones_are_refused_in_the_same_words(address: str) -> None:
    with pytest.raises(ValidationError) as theirs:
        _LIBRARY.validate_python(address)
    with pytest.raises(ValidationError) as ours:
        _OURS.validate_python(address)
    assert ours.value.errors()[0]["msg"] == theirs.value.errors()[0]["msg"]


def test_it_is_documented_as_before() -> None:
    assert _OURS.json_schema() == {"format": "email", "maxLength": 254, "type": "string"}
