"""What is wrong with a mail address is said as the library does, and in German in German."""

from __future__ import annotations

import pytest

from billing.customers.inputs import CustomerInput
from billing.errors import Invalid
from billing.inputs import parse
from portal.languages.catalogues import read


def refused(address: str) -> tuple[str, str]:
    """What is said in English, and in German."""
    with pytest.raises(Invalid) as caught:
        parse(CustomerInput, {"name": "Ada", "email": address})
    (found,) = caught.value.errors
    return str(found.message), found.message.shown(read("de").gettext, "de")


@pytest.mark.parametrize(
    ("address", "english", "german"),
    [
        ("ada", "must have an @-sign", "Es fehlt das @-Zeichen"),
        ("a b@x.com", "invalid characters before the @-sign: SPACE.", ": ein Leerzeichen."),
        ("a,b@x.com", "before the @-sign: ','.", "ungültige Zeichen: ','."),
        ("a@ex_ample.com", "@-sign contains invalid characters: '_'.", "ungültige Zeichen: '_'."),
        ("a@-example.com", "a hyphen immediately after", "kein Bindestrich"),
        ("a@example-.com", "a period and a hyphen", "Punkt und Bindestrich"),
        ("a@example.test", "special-use or reserved name", "reservierter Name"),
        (f"a@{'x' * 64}.com", "by so many characters", "Sie ist zu lang."),
        ("a\u200b@x.com", "unsafe characters: ZERO WIDTH SPACE.", "unsichere Zeichen: ZERO WIDTH"),
        ("a@ab--c.com", "except Punycode", "nicht so geschrieben, wie Adressen"),
    ],
)
def test_each_reason_has_its_words_in_both_languages(
    address: str, english: str, german: str
) -> None:
    in_english, in_german = refused(address)
    assert in_english.startswith("value is not a valid email address: ")
    assert english in in_english
    assert in_german.startswith("ist keine gültige E-Mail-Adresse: ")
    assert german in in_german


def test_what_may_be_chosen_is_listed_in_german() -> None:
    with pytest.raises(Invalid) as caught:
        parse(CustomerInput, {"name": "Ada", "email": "a@x.com", "status": "gone"})
    (found,) = caught.value.errors
    assert found.message == "must be 'active' or 'suspended'"
    assert found.message.shown(read("de").gettext, "de") == (
        "muss eins von diesen sein: 'active' oder 'suspended'"
    )
