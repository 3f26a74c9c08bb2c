"""Where a client may be sent back to: registered addresses, character for character."""

from __future__ import annotations

import pytest

from billing.oauth.redirects import is_registered, redirect_uri

GOOD = [
    "https://app.example.com/callback",
    "https://app.example.com:8443/callback?tenant=7&next=%2Fhome",
    "https://xn--bcher-kva.example/cb",
    "http://localhost:8080/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:9000/cb",
]
BAD = [
    "",
    "app.example.com/callback",
    "//app.example.com/callback",
    "https:app.example.com",
    "https://",
    "https://app.example.com/cb#part",
    "https://app.example.com/cb#",
    "http://app.example.com/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://localhost.evil.example/cb",
    "http://10.0.0.5/cb",
    "https://user@app.example.com/cb",
    "https://app.example.com@evil.example/cb",
    "https://*.example.com/cb",
    "https://a.example;script-src.example/cb",
    "https://a.example,b.example/cb",
    "https://app.example.com:0/cb",
    "https://app.example.com:99999/cb",
    "https://app.example.com:/cb",
    "https://app.example.com\\@evil.example/cb",
    "https://app.example.com/c b",
    "https://app.example.com/\ncb",
    'https://app.example.com/"',
    "https://bücher.example/cb",
    "javascript:alert(1)",
    "com.example.app:/cb",
    "HTTPS://app.example.com/cb",
]


@pytest.mark.parametrize("uri", GOOD)
def test_an_address_is_kept_as_it_is(uri: str) -> None:
    assert redirect_uri(uri) == uri


@pytest.mark.parametrize("uri", BAD)
def test_what_cannot_be_trusted_is_not_registered(uri: str) -> None:
    with pytest.raises(ValueError, match="must"):
        redirect_uri(uri)


@pytest.mark.parametrize(
    "asked",
    [
        "https://app.example.com/callback/",
        "https://app.example.com/callback?",
        "https://app.example.com/Callback",
        "https://app.example.com/callback/../callback",
        "https://app.example.com/callback?x=1",
        "https://app.example.com:443/callback",
        "https://APP.example.com/callback",
        "https://app.example.com/callback#",
        "https://evil.example/callback",
        "",
    ],
)
@pytest.mark.parametrize("any_port", [True, False])
def test_one_character_off_is_another_address(asked: str, any_port: bool) -> None:
    registered = ["https://app.example.com/callback"]
    assert is_registered(registered[0], registered, any_port=any_port)
    assert not is_registered(asked, registered, any_port=any_port)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_a_program_on_somebodys_computer_may_take_any_port(host: str) -> None:
    registered = [f"http://{host}/cb"]
    for asked in (f"http://{host}:51004/cb", f"http://{host}/cb"):
        assert is_registered(asked, registered, any_port=True)
    assert not is_registered(f"http://{host}:51004/cb", registered, any_port=False)
    for asked in (
        f"http://{host}:51004/other",
        f"http://{host}:51004/cb#",
        f"http://{host}:/cb",
        f"http://{host}:51004/cb?x=1",
        f"https://{host}:51004/cb",
        f"http://user@{host}:51004/cb",
        f"http://{host}:51004@evil.example/cb",
        f"http://{host}.evil.example:51004/cb",
        f"http://{host}:x/cb",
    ):
        assert not is_registered(asked, registered, any_port=True)


def test_a_name_for_this_computer_is_taken_literally() -> None:
    registered = ["http://localhost:3000/cb"]
    assert not is_registered("http://localhost:3001/cb", registered, any_port=True)
    assert not is_registered("http://127.0.0.1:3000/cb", registered, any_port=True)
